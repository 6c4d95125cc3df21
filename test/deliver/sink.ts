/** A relay for tests: takes mails, or answers as it is told. Stands for the peer only. */
import { createHash } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

export interface Taken {
  from: string
  to: string
  bytes: Buffer
  sha256: string
}

export interface Sink {
  url: string
  port: number
  taken: Taken[]
  connections(): number
  /** Answers the next RCPTs: a reply for a recipient, or null to take it. */
  answer: (to: string) => { code: number; text: string } | null
  /** Told of each chunk of a body; 'drop' cuts the connection. */
  onData: (bytes: number) => 'drop' | undefined
  /** After the whole body. */
  afterDot: (to: string) => { code: number; text: string } | 'drop' | null
  stop(): Promise<void>
}

export function startSink(port = 0, options: SMTPServerOptions = {}, keep = true): Promise<Sink> {
  let connections = 0
  const sockets = new Map<string, { destroy(): void }>()
  const failure = ({ code, text }: { code: number; text: string }): Error => Object.assign(new Error(text), { responseCode: code })
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 100,
    onConnect(_session, callback) {
      connections++
      callback()
    },
    onRcptTo(address, _session, callback) {
      const answer = sink.answer(address.address)
      callback(answer && failure(answer))
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = []
      const hash = createHash('sha256')
      const to = session.envelope.rcptTo[0]?.address ?? ''
      stream.on('data', (chunk: Buffer) => {
        hash.update(chunk)
        if (keep) chunks.push(chunk)
        if (sink.onData(chunk.length) === 'drop') sockets.get(session.id)?.destroy()
      })
      stream.on('end', () => {
        const answer = sink.afterDot(to)
        if (answer === 'drop') return void sockets.get(session.id)?.destroy()
        if (answer) return callback(failure(answer))
        const from = session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address
        sink.taken.push({ from, to, bytes: Buffer.concat(chunks), sha256: hash.digest('hex') })
        callback(null, 'Queued')
      })
    },
    ...options,
  })
  server.on('error', () => undefined)
  // The library hides a session's socket from its handlers.
  const inner = server as unknown as { connections: Set<{ id: string; _socket: { destroy(): void } }> }
  const find = (id: string): { destroy(): void } | undefined => [...inner.connections].find((one) => one.id === id)?._socket
  sockets.get = find
  const sink: Sink = {
    url: '',
    port: 0,
    taken: [],
    connections: () => connections,
    answer: () => null,
    onData: () => undefined,
    afterDot: () => null,
    stop: () =>
      new Promise((resolve) => {
        for (const { _socket } of inner.connections) _socket.destroy()
        server.close(() => resolve())
      }),
  }
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      sink.port = (server.server.address() as AddressInfo).port
      sink.url = `smtp://127.0.0.1:${sink.port}`
      resolve(sink)
    })
  })
}
