/** Asks clamd whether a mail is clean. No answer is no verdict: the mail waits (THREATS.md, A22). */
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { Fault } from '../errors'

export type Antivirus = (file: string) => Promise<'clean' | 'infected'>

const pieceBytes = 64 * 1024
const patienceMs = 60_000

/** @param address `host:port`, or the path of a socket */
export function createAntivirus(address: string): Antivirus {
  const [, host = '', port = ''] = /^([^/]+):(\d+)$/.exec(address) ?? []
  return (file) =>
    new Promise((resolve, reject) => {
      const socket: Socket = port === '' ? connect(address) : connect(Number(port), host)
      let answer = ''
      const fail = (cause?: unknown): void => {
        socket.destroy()
        reject(new Fault('antivirus-unavailable', undefined, { cause }))
      }
      socket.setTimeout(patienceMs, () => {
        fail()
      })
      socket.on('error', fail)
      socket.on('data', (data) => (answer += data.toString('latin1')))
      socket.on('close', () => {
        // clamd(8), INSTREAM: "stream: OK" or "stream: NAME FOUND"; anything else (size limit, error) is no verdict.
        if (/: OK\0?\s*$/.test(answer)) resolve('clean')
        else if (/ FOUND\0?\s*$/.test(answer)) resolve('infected')
        else reject(new Fault('antivirus-unavailable'))
      })
      socket.on('connect', () => void stream(socket, file).catch(fail))
    })
}

/** Pieces, each with its length before it in four octets, network order; an empty one ends the stream. */
async function stream(socket: Socket, file: string): Promise<void> {
  socket.write('zINSTREAM\0')
  for await (const piece of createReadStream(file, { highWaterMark: pieceBytes }) as AsyncIterable<Buffer>) {
    if (socket.destroyed) return
    const length = Buffer.alloc(4)
    length.writeUInt32BE(piece.length)
    socket.write(length)
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), once(socket, 'close')])
  }
  socket.write(Buffer.alloc(4))
}
