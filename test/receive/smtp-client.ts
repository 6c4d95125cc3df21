/** A raw SMTP client for tests: sends octets, waits for lines. Knows no protocol, so that it can break every rule of it. */
import { connect, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'

const patienceMs = 8000

export class SmtpClient {
  #buffer = ''
  #closed = false
  #wake: () => void = () => undefined
  #socket: Socket | TLSSocket

  constructor(port: number, host = '127.0.0.1', localAddress?: string) {
    this.#socket = connect({ port, host, ...(localAddress ? { localAddress } : {}) })
    this.#listen()
  }

  #listen(): void {
    this.#socket.setNoDelay(true)
    this.#socket.on('data', (chunk: Buffer) => {
      this.#buffer += chunk.toString('latin1')
      this.#wake()
    })
    this.#socket.on('close', () => {
      this.#closed = true
      this.#wake()
    })
    this.#socket.on('error', () => undefined)
  }

  /** Octets as they are, latin1. */
  raw(octets: string | Buffer): void {
    this.#socket.write(typeof octets === 'string' ? Buffer.from(octets, 'latin1') : octets)
  }

  line(text: string): void {
    this.raw(`${text}\r\n`)
  }

  async #until(done: () => boolean, what: string): Promise<void> {
    const end = performance.now() + patienceMs
    while (!done()) {
      if (this.#closed || performance.now() > end)
        throw new Error(`${this.#closed ? 'closed' : 'nothing more'} while waiting for ${what}; have: ${JSON.stringify(this.#buffer)}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 200)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  async readLine(): Promise<string> {
    await this.#until(() => this.#buffer.includes('\r\n'), 'a line')
    const end = this.#buffer.indexOf('\r\n')
    const line = this.#buffer.slice(0, end)
    this.#buffer = this.#buffer.slice(end + 2)
    return line
  }

  /** A whole reply, its lines joined with line feeds. */
  async reply(): Promise<string> {
    const lines: string[] = []
    do lines.push(await this.readLine())
    while (/^\d{3}-/.test(lines.at(-1) ?? ''))
    return lines.join('\n')
  }

  /** Sends a command, waits for its reply. */
  ask(text: string): Promise<string> {
    this.line(text)
    return this.reply()
  }

  /** Resolves with what came after the last line that was read. */
  async closed(): Promise<string> {
    if (!this.#closed) await this.#until(() => this.#closed, 'the end').catch((error: unknown) => (this.#closed ? undefined : Promise.reject(error)))
    return this.#buffer
  }

  startTls(): Promise<void> {
    this.#socket.removeAllListeners()
    return new Promise((resolve, reject) => {
      const secure = connectTls({ socket: this.#socket, rejectUnauthorized: false }, resolve)
      secure.on('error', reject)
      this.#socket = secure
      this.#listen()
    })
  }

  end(): void {
    this.#socket.destroy()
  }
}
