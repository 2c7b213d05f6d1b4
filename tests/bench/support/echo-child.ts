// Says whatever it hears.
import { Socket } from 'node:net'
import { FROM_SERVER } from '../../../kernel/sandbox/frames.ts'
import { streamWire } from '../../../kernel/sandbox/wire.ts'

const wire = streamWire(new Socket({ fd: 3, readable: true, writable: true }), FROM_SERVER)
wire.listen(
  (_, body) => wire.send({ type: 'echo', id: 1 }, body),
  () => process.exit(),
)
