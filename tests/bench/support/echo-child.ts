// Says whatever it hears.
process.on('message', (message) => process.send?.(message))
