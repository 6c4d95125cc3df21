/** Against a small stand-in that speaks clamd's INSTREAM. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type Server, type AddressInfo } from 'node:net'
import { createAntivirus } from '../../src/act/scan-virus'

let server: Server | null = null
let received: Buffer = Buffer.alloc(0)
afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())))

/** Answers once the empty piece has come; `null` hangs up instead. */
async function clamd(answer: string | null): Promise<string> {
  received = Buffer.alloc(0)
  server = createServer((socket) => {
    let all = Buffer.alloc(0)
    socket.on('data', (data: Buffer) => {
      all = Buffer.concat([all, data])
      const command = 'zINSTREAM\0'
      let at = command.length
      const pieces: Buffer[] = []
      while (at + 4 <= all.length) {
        const length = all.readUInt32BE(at)
        if (length === 0) {
          received = Buffer.concat(pieces)
          if (answer === null) socket.destroy()
          else socket.end(answer)
          return
        }
        if (at + 4 + length > all.length) return
        pieces.push(all.subarray(at + 4, at + 4 + length))
        at += 4 + length
      }
    })
    socket.on('error', () => socket.destroy())
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

const bytes = Buffer.alloc(150_000, 'x')
const folder = mkdtempSync(join(tmpdir(), 'cartable-virus-'))
const file = join(folder, 'mail')
writeFileSync(file, bytes)
afterAll(() => rmSync(folder, { recursive: true }))

test.each([
  ['stream: OK\0', 'clean'],
  ['stream: Eicar-Test-Signature FOUND\0', 'infected'],
])('%s is %s, and every octet was sent', async (answer, verdict) => {
  expect(await createAntivirus(await clamd(answer))(file)).toBe(verdict)
  expect(received.equals(bytes)).toBe(true)
})

test.each([['INSTREAM size limit exceeded. ERROR\0'], ['garbage'], [''], [null]])('%s is no verdict: the mail waits', async (answer) => {
  await expect(createAntivirus(await clamd(answer))(file)).rejects.toMatchObject({ code: 'antivirus-unavailable', family: 'transient' })
})

test('nobody there is no verdict', async () => {
  await expect(createAntivirus('/nowhere/clamd.sock')(file)).rejects.toMatchObject({ code: 'antivirus-unavailable' })
})
