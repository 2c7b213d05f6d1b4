// Frames on the channel between the server and a child: two lengths, a header as JSON and a body that is passed on as
// text. A body is JSON as well, but who only hands it on does not parse it.

const PREFIX_BYTES = 8
/** What a reader takes. */
export interface FrameLimits {
  headerBytes: number
  bodyBytes: number
}
/** The server believes a child little; code goes the other way, and that is long. */
export const FROM_CHILD: FrameLimits = { headerBytes: 4_096, bodyBytes: 1_048_576 }
export const FROM_SERVER: FrameLimits = { headerBytes: 65_536, bodyBytes: 16_777_216 }

/** What came is no frame; nothing after it can be read. */
export class FrameError extends Error {}

export function encodeFrame(header: object, body: string): Buffer {
  const head = JSON.stringify(header)
  const headBytes = Buffer.byteLength(head)
  const bodyBytes = Buffer.byteLength(body)
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + headBytes + bodyBytes)
  frame.writeUInt32LE(headBytes, 0)
  frame.writeUInt32LE(bodyBytes, 4)
  frame.write(head, PREFIX_BYTES)
  frame.write(body, PREFIX_BYTES + headBytes)
  return frame
}

/**
 * Cuts what arrives into frames.
 * @param onFrame gets the header as it was parsed, of whatever shape
 * @returns takes the next bytes; @throws FrameError
 */
export function readFrames(
  limits: FrameLimits,
  onFrame: (header: unknown, body: string) => void,
): (chunk: Buffer) => void {
  let chunks: Buffer[] = []
  let heldBytes = 0
  let wantedBytes = PREFIX_BYTES

  return (chunk) => {
    chunks.push(chunk)
    heldBytes += chunk.length
    if (heldBytes < wantedBytes) return
    let bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks, heldBytes)
    wantedBytes = PREFIX_BYTES
    while (bytes.length >= PREFIX_BYTES) {
      const headBytes = bytes.readUInt32LE(0)
      const bodyBytes = bytes.readUInt32LE(4)
      if (headBytes > limits.headerBytes || bodyBytes > limits.bodyBytes)
        throw new FrameError(`A frame of ${headBytes} and ${bodyBytes} bytes is longer than any can be.`)
      const end = PREFIX_BYTES + headBytes + bodyBytes
      if (bytes.length < end) {
        wantedBytes = end
        break
      }
      const header = parseHeader(bytes.toString('utf8', PREFIX_BYTES, PREFIX_BYTES + headBytes))
      const body = bytes.toString('utf8', PREFIX_BYTES + headBytes, end)
      bytes = bytes.subarray(end)
      onFrame(header, body)
    }
    chunks = bytes.length > 0 ? [bytes] : []
    heldBytes = bytes.length
  }
}

function parseHeader(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new FrameError('The header of a frame is not JSON.')
  }
}
