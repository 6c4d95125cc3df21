/** The main way once more where other schools keep their data and get their mail: PostgreSQL, and a mailbox on an IMAP server. */
import type { ImapFlow } from 'imapflow'
import { drawRedInk } from '../../src/bundle/draw-red-ink'
import { type Dovecot, dovecotPassword, hasDovecot, startDovecot } from '../receive/dovecot'
import { type Postgres, startPostgres } from '../store/postgres'
import { copiesOf3b, domain, teacher } from './people'
import { jpeg } from './pictures'
import { inSchool, minute, type School, until } from './school'

/** Mails in a folder; none where there is no such folder yet. */
async function countIn(client: ImapFlow, path: string): Promise<number> {
  const status = await client.status(path, { messages: true }).catch(() => false as const)
  return status ? (status.messages ?? 0) : 0
}

async function mainWay(school: School): Promise<void> {
  await school.post()
  expect((await school.left({ template: 'assignment' })).map((copy) => copy.to).sort()).toEqual(copiesOf3b.map(([, address]) => address).sort())
  await school.reply('zoe', { files: [await jpeg(1), await jpeg(2)] })
  await school.reply('lea', { files: [await jpeg(3)] })
  await school.reply('yanis', { text: 'Je n’ai pas compris, faut-il la réciproque ?' })
  const question = await school.one({ template: 'question' })
  await school.send({ from: teacher, to: question.replyTo, subject: 'Re: question', text: 'Oui.' })
  await school.advance(2 * minute)
  expect((await school.left()).filter((mail) => ['receipt', 'answer'].includes(mail.template)).map((mail) => [mail.to, mail.template])).toEqual(
    expect.arrayContaining([
      ['zoe.martin@famille.example', 'receipt'],
      ['famille.bernard@famille.example', 'receipt'],
      ['yanis.moreau@famille.example', 'answer'],
      ['yanis.moreau@famille.example', 'receipt'],
    ]),
  )
  await school.goTo('2020-03-20T18:15:10+01:00')
  const bundle = await school.one({ template: 'bundle' })
  const file = bundle.message.files.find((one) => one.mediaType === 'application/pdf')
  if (!file) throw new Error('no PDF')
  await school.command('', {
    template: 'bundle',
    files: [{ name: file.filename, mediaType: 'application/pdf', content: await drawRedInk(file.content) }],
  })
  expect((await school.left({ template: 'returned-copy' })).map((mail) => mail.to).sort()).toEqual([
    'famille.bernard@famille.example',
    'zoe.martin@famille.example',
  ])
  expect(await school.left({ template: 'return-report' })).toHaveLength(1)
  for (const mail of await school.mails()) expect(mail).toEqual({ state: 'answered', reason: null })
  expect(await school.queue()).toEqual([])
}

describe('with PostgreSQL', () => {
  let postgres: Postgres | null
  beforeAll(async () => {
    postgres = await startPostgres()
  }, 60_000)
  afterAll(() => postgres?.stop())

  test('the main way is the same', async () => {
    if (postgres === null) return
    await inSchool({ toml: `[storage]\ndatabase = "${postgres.newDatabase()}"` }, mainWay)()
  })

  test('a service that starts again goes on where it stopped', async () => {
    if (postgres === null) return
    await inSchool({ toml: `[storage]\ndatabase = "${postgres.newDatabase()}"\n[post]\nundo = "10m"` }, async (school) => {
      await school.post()
      await school.gateway.stop(2000)
      await school.start()
      await school.advance(11 * minute)
      expect(await school.left({ template: 'assignment' })).toHaveLength(copiesOf3b.length)
    })()
  })
})

const describeWithDovecot = hasDovecot() ? describe : describe.skip
describeWithDovecot('through a mailbox', () => {
  let dovecot: Dovecot
  beforeAll(async () => {
    dovecot = await startDovecot()
  })
  afterAll(() => dovecot.remove())

  const mailbox = (user: string) => `[[imap]]
host = "127.0.0.1"
port = ${dovecot.port}
secure = false
user = "${user}"
password = "${dovecotPassword}"
mailbox = "INBOX"
processed = "Done"
failed = "Odd"
`

  test('the main way is the same, and each mail is moved once it is taken', async () => {
    const client = await dovecot.client('school')
    try {
      const postman = async (message: Buffer, at: Date): Promise<void> => void (await client.append('INBOX', message, [], at))
      await inSchool({ toml: mailbox('school'), postman }, async (school) => {
        await mainWay(school)
        const received = (await school.mails()).length
        await until('all are moved', async () => (await countIn(client, 'INBOX')) === 0)
        expect(await countIn(client, 'Done')).toBe(received)
      })()
    } finally {
      await client.logout()
    }
  })

  test('what lay there before the start is taken once, and mail for nobody of ours goes to the folder for it', async () => {
    const client = await dovecot.client('waiting')
    try {
      const mail = (to: string, id: string) =>
        `From: <${teacher}>\r\nTo: <${to}>\r\nMessage-ID: <${id}@tilleuls.example>\r\nSubject: Exercice 3\r\nDate: Mon, 16 Mar 2020 06:50:00 +0000\r\n\r\nPage 52.\r\n`
      await client.append('INBOX', mail(`3b@${domain}`, 'one'), [], new Date('2020-03-16T06:50:00Z'))
      await client.append('INBOX', mail(`9z@${domain}`, 'two'), [], new Date('2020-03-16T06:50:00Z'))
      // The roster is there before the mailbox is opened.
      await inSchool({ postman: () => Promise.resolve() }, async (school) => {
        await school.gateway.stop(2000)
        school.options.toml = mailbox('waiting')
        await school.start()
        await until(
          'both are moved',
          async () => (await countIn(client, 'INBOX')) === 0 && (await countIn(client, 'Done')) === 1 && (await countIn(client, 'Odd')) === 1,
        )
        await school.settle()
        expect((await school.assignments()).map((assignment) => assignment.title)).toEqual(['Exercice 3'])
        await school.gateway.stop(2000)
        await school.start()
        await school.settle()
        expect(await school.assignments()).toHaveLength(1)
      })()
    } finally {
      await client.logout()
    }
  })
})
