/** The service is killed while mail pours in: what had its 250 is there once, and nothing leaves twice. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jpeg } from '../e2e/pictures'
import { freePort, until } from '../e2e/school'
import { handOver, type MailToSend, writeMail } from '../e2e/writing'
import { cli, Service } from './service'

jest.setTimeout(300_000)

const pupils = Array.from({ length: 20 }, (_, index) => `eleve${index}@famille.example`)
const mailsEach = 10
const teacher = 'anne.lefevre@tilleuls.example'
let folder: string
let port: number
let service: Service

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cartable-crash-'))
  port = await freePort()
  writeFileSync(
    join(folder, 'cartable.toml'),
    `domain = "devoirs.example"\n[storage]\nreserve = "1MB"\n[smtp]\nport = ${port}\n[http]\nport = 0\n[auth]\npolicy = "off"\n[receipt]\nwait = "1s"\n`,
  )
  const rows = pupils.map((email, index) => `3b,student,e-${index},Élève ${index},${email},,fr`)
  writeFileSync(join(folder, 'roster.csv'), `class,role,id,name,email,of,language\n3b,teacher,t,Anne Lefèvre,${teacher},,fr\n${rows.join('\n')}\n`)
  execFileSync(process.execPath, [cli, 'roster', 'import', 'roster.csv'], { cwd: folder, env: { PATH: process.env.PATH }, stdio: 'ignore' })
  service = new Service(folder)
  await service.start()
})

afterEach(async () => {
  await service.end('SIGKILL')
  if (passed) await rm(folder, { recursive: true, force: true })
  else process.stderr.write(`kept for looking at: ${folder}\n`)
})
let passed = false
const keeping = (body: () => Promise<void>) => async () => {
  passed = false
  await body()
  passed = true
}

interface Head {
  to: string
  replyTo: string
  messageId: string
  inReplyTo: string
}

function outbox(): Head[] {
  const place = join(folder, 'storage', 'outbox')
  if (!existsSync(place)) return []
  return readdirSync(place)
    .filter((name) => name.endsWith('.eml'))
    .map((name) => {
      const head = (readFileSync(join(place, name), 'latin1').split('\r\n\r\n')[0] ?? '').replace(/\r\n[ \t]+/g, ' ')
      const field = (wanted: string): string => new RegExp(`^${wanted}: *(?:.*<)?([^<>\\r]*)>?$`, 'im').exec(head)?.[1] ?? ''
      return { to: field('X-Envelope-To'), replyTo: field('Reply-To'), messageId: field('Message-ID'), inReplyTo: field('In-Reply-To') }
    })
}

/** As a mail server does: the same octets again until they are taken. */
async function handOverUntilTaken(mail: MailToSend): Promise<void> {
  const bytes = writeMail(mail)
  await until('a mail is taken', () =>
    handOver(port, mail, bytes).then(
      (reply) => reply.startsWith('250'),
      () => false,
    ),
  )
}

test(
  'killed again and again while 200 answers come in, it keeps each once, and sends nothing twice',
  keeping(async () => {
    await handOverUntilTaken({ from: teacher, to: '3b@devoirs.example', subject: 'Exercices 3 et 4', text: 'Les exercices 3 et 4 de la page 52, au propre.' })
    await until('the copies have left', () => outbox().filter((mail) => mail.to !== teacher).length === pupils.length)
    const replyTo = new Map(outbox().map((mail) => [mail.to, mail.replyTo]))
    const photos = await Promise.all(Array.from({ length: (pupils.length * mailsEach) / 10 }, (_, seed) => jpeg(seed)))
    const mails = Array.from({ length: pupils.length * mailsEach }, (_, index): MailToSend => {
      const from = pupils[index % pupils.length] ?? ''
      const answer = { from, to: replyTo.get(from) ?? '', subject: 'Re: Exercices' }
      // A photo in every tenth, each of another sheet.
      const photo = photos[index / 10]
      if (photo === undefined) return { ...answer, text: `Exercice ${index} : la réponse est ${index * 7} car les triangles sont semblables.` }
      return { ...answer, files: [photo] }
    })
    let taken = 0
    let kills = 0
    const killAt = [15, 60, 110, 160, 195]
    const orphans: number[] = []
    const restarting = (async () => {
      for (const count of killAt) {
        await until('mails are taken', () => taken >= count)
        orphans.push(...service.children())
        await service.end('SIGKILL')
        kills++
        await service.start()
      }
    })()
    const waiting = [...mails]
    const clients = Array.from({ length: 6 }, async () => {
      for (let mail = waiting.shift(); mail; mail = waiting.shift()) {
        await handOverUntilTaken(mail)
        taken++
      }
    })
    await Promise.all([...clients, restarting])
    expect([taken, kills]).toEqual([mails.length, killAt.length])

    interface Status {
      received: number
      waiting: number
      held: number
    }
    const status = (): Status | undefined => service.ask<Status>('status')[0]
    // A receipt that is not due yet is no queue: wait for each pupil's own.
    await until('every pupil has a receipt', () => pupils.every((pupil) => outbox().some((mail) => mail.to === pupil && mail.inReplyTo !== '')))
    await until('nothing waits', () => status()?.waiting === 0)
    expect(service.ask('queue', 'list')).toEqual([])
    const [assignment] = service.ask<{ code: string }>('assignment', 'list')
    const [shown] = service.ask<{ students: { name: string; pages: number; state: string }[] }>('assignment', 'show', assignment?.code ?? '')
    expect(shown?.students.map(({ name, pages, state }) => [name, pages, state])).toEqual(pupils.map((_, index) => [`Élève ${index}`, mailsEach, 'submitted']))

    const sent = outbox()
    expect(sent.filter((mail) => mail.to === teacher)).toHaveLength(1)
    for (const pupil of pupils) {
      const own = sent.filter((mail) => mail.to === pupil)
      expect(own.filter((mail) => mail.inReplyTo === '')).toHaveLength(1)
      const answered = own.map((mail) => mail.inReplyTo).filter((id) => id !== '')
      expect(answered.length).toBeGreaterThan(0)
      expect(new Set(answered).size).toBe(answered.length)
    }
    expect(new Set(sent.map((mail) => mail.messageId)).size).toBe(sent.length)
    await until('no child of a killed service lives on', () => orphans.every((pid) => !existsSync(`/proc/${pid}`)))

    const began = performance.now()
    expect(await service.end('SIGTERM')).toBe(0)
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(service.stdout.trim().split('\n')).toEqual(Array(killAt.length + 1).fill('cartable ready'))
    const odd = service.stderr.split('\n').filter((line) => line !== '' && !isPlainWarning(line))
    expect(odd).toEqual([])
  }),
)

/** A line of the log, at most a warning (level 40). */
function isPlainWarning(line: string): boolean {
  try {
    return (JSON.parse(line) as { level: number }).level <= 40
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

test(
  'a second service on the same storage ends with one line, and the first goes on',
  keeping(async () => {
    const second = spawnSync(process.execPath, [cli, 'serve'], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, CARTABLE_SMTP__PORT: String(await freePort()), CARTABLE_LOG: 'warn' },
    })
    expect(second.status).toBe(1)
    expect(second.stdout).toBe('')
    expect(second.stderr).toMatch(/^cartable: .+\n$/)
    expect(second.stderr).toContain('storage')
    await handOverUntilTaken({ from: teacher, to: '3b@devoirs.example', subject: 'Exercices', text: 'Page 52.' })
    await until('the copies have left', () => outbox().length === pupils.length + 1)
    // Work is under way when it is told to stop: it is given back.
    const replyTo = outbox().find((mail) => mail.to === pupils[0])?.replyTo ?? ''
    await handOverUntilTaken({ from: pupils[0] ?? '', to: replyTo, subject: 'Re: Exercices', files: [await jpeg(2), await jpeg(3)] })
    expect(await service.end('SIGTERM')).toBe(0)
    await service.start()
    await until('nothing waits', () => service.ask<{ waiting: number }>('status')[0]?.waiting === 0)
    const [assignment] = service.ask<{ code: string }>('assignment', 'list')
    const [shown] = service.ask<{ students: { pages: number }[] }>('assignment', 'show', assignment?.code ?? '')
    expect(shown?.students[0]?.pages).toBe(2)
  }),
)
