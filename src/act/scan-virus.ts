/** Asks clamd whether a mail is clean. No answer is no verdict: the mail waits (THREATS.md, A22). */
import { connect, type Socket } from 'node:net'
import { Fault } from '../errors'

export type Antivirus = (bytes: Buffer) => Promise<'clean' | 'infected'>

const pieceBytes = 64 * 1024
const patienceMs = 60_000

/** @param address `host:port`, or the path of a socket */
export function createAntivirus(address: string): Antivirus {
  const [, host = '', port = ''] = /^([^/]+):(\d+)$/.exec(address) ?? []
  return (bytes) =>
    new Promise((resolve, reject) => {
      const socket: Socket = port === '' ? connect(address) : connect(Number(port), host)
      let answer = ''
      const fail = (cause?: Error): void => {
        socket.destroy()
        reject(new Fault('antivirus-unavailable', undefined, { cause }))
      }
      socket.setTimeout(patienceMs, () => fail())
      socket.on('error', fail)
      socket.on('data', (data) => (answer += data.toString('latin1')))
      socket.on('close', () => {
        // clamd(8), INSTREAM: "stream: OK" or "stream: NAME FOUND"; anything else (size limit, error) is no verdict.
        if (/: OK\0?\s*$/.test(answer)) resolve('clean')
        else if (/ FOUND\0?\s*$/.test(answer)) resolve('infected')
        else reject(new Fault('antivirus-unavailable'))
      })
      socket.on('connect', () => stream(socket, bytes))
    })
}

/** Pieces, each with its length before it in four octets, network order; an empty one ends the stream. */
function stream(socket: Socket, bytes: Buffer): void {
  socket.write('zINSTREAM\0')
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = bytes.subarray(at, at + pieceBytes)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(piece.length)
    socket.write(length)
    socket.write(piece)
  }
  socket.write(Buffer.alloc(4))
}
