/** The watcher against a real server: each mail once, whatever happens to the connection, the folders and ourselves. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ImapFlow } from 'imapflow'
import type { LogFields } from '../../src/log'
import { type MailboxConfig, type MailboxDeps, type MailboxWatch, watchMailbox } from '../../src/receive/imap-watcher'
import { openSpool } from '../../src/spool/spool'
import type { Spool } from '../../src/spool/spooled-mail'
import { type Dovecot, dovecotPassword, hasDovecot, startDovecot } from './dovecot'

const domain = 'devoirs.example'

const describeWithDovecot = hasDovecot() ? describe : describe.skip

describeWithDovecot('a mailbox', () => {
  let dovecot: Dovecot
  let folder: string
  let spool: Spool
  let user: string
  let count = 0
  let client: ImapFlow
  let watches: MailboxWatch[] = []
  let lines: { event: string; fields: LogFields }[]

  beforeAll(async () => {
    dovecot = await startDovecot()
  })
  afterAll(() => dovecot.remove())
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cartable-imap-'))
    lines = []
    spool = await openSpool(folder, { log: noteLog(), reserveBytes: 0 })
    user = `school${count++}`
    client = await dovecot.client(user)
  })
  afterEach(async () => {
    await Promise.all(watches.map((watch) => watch.stop()))
    watches = []
    await spool.close()
    client.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const noteLog = (): MailboxDeps['log'] => {
    const note = (event: string, fields: LogFields = {}): void => void lines.push({ event, fields })
    return { info: note, warn: note, error: note }
  }
  const watch = (deps: Partial<MailboxDeps> = {}, config: Partial<MailboxConfig> = {}): MailboxWatch => {
    const settings = {
      host: '127.0.0.1',
      port: dovecot.port,
      secure: false,
      user,
      password: dovecotPassword,
      mailbox: 'INBOX',
      processed: 'Done',
      failed: 'Odd',
    }
    const watched = watchMailbox(
      { ...settings, ...config },
      {
        spool,
        domain,
        isOurs: (address) => Promise.resolve(/^(3b|4a)@/i.test(address)),
        wasTaken: () => Promise.resolve(false),
        maxMessageBytes: 400_000,
        log: noteLog(),
        retryMs: { first: 20, most: 50 },
        pollMs: 60_000,
        ...deps,
      },
    )
    watches.push(watched)
    return watched
  }
  const mail = (subject: string, head = `To: 3b@${domain}`, body = 'x'): string => `${head}\r\nSubject: ${subject}\r\n\r\n${body}\r\n`
  const put = (text: string, when?: Date): Promise<unknown> => client.append('INBOX', text, [], when)
  const until = async (done: () => boolean | Promise<boolean>): Promise<void> => {
    const end = performance.now() + 10_000
    while (!(await done())) {
      if (performance.now() > end) throw new Error(`it does not happen; ${JSON.stringify(lines)}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  const subjects = async (): Promise<string[]> => {
    const mails = await spool.pending(100)
    return Promise.all(mails.map(async (each) => /^Subject: (.*)\r$/m.exec((await each.read()).toString())?.[1] ?? '?'))
  }
  const inFolder = async (path: string): Promise<number> => {
    const status = await client.status(path, { messages: true }).catch(() => false as const)
    return status ? (status.messages ?? -1) : -1
  }

  test('folders inside folders, as the defaults are, on a server that puts a dot between them', async () => {
    await put(mail('first'))
    await put(mail('not ours', 'To: x@other.example'))
    await watch({}, { processed: 'Cartable/Processed', failed: 'Cartable/Failed' }).ready
    expect(await subjects()).toEqual(['first'])
    expect([await inFolder('Cartable.Processed'), await inFolder('Cartable.Failed'), await inFolder('INBOX')]).toEqual([1, 1, 0])
    // A second start finds them and makes no others.
    await watches.pop()?.stop()
    await put(mail('second'))
    await watch({}, { processed: 'Cartable/Processed', failed: 'Cartable/Failed' }).ready
    expect(await inFolder('Cartable.Processed')).toBe(2)
  })

  test('a session that fails is not tried again before its pause is over', async () => {
    watch({ retryMs: { first: 60_000, most: 60_000 } }, { password: 'wrong' })
    await until(() => lines.some(({ event }) => event === 'imap-failed'))
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(lines.filter(({ event }) => event === 'imap-failed').map(({ fields }) => fields.error)).toEqual(['authentication-failed'])
  })

  test('takes what lay there and what comes, whole, and moves it', async () => {
    const big = mail('big', `Return-Path: <zoe@famille.example>\r\nDelivered-To: 3b@${domain}\r\nTo: someone@else.example`, 'photo '.repeat(50_000))
    const arrived = new Date('2020-03-16T08:00:00Z')
    await put(
      mail('first', `From: Zoe <zoe@famille.example>\r\nTo: "4a@${domain}" <3B@${domain}>, x@other.example\r\nCc: nobody@${domain}, Postmaster@${domain}`),
      arrived,
    )
    await put(big)
    const watched = watch()
    await watched.ready
    expect(await subjects()).toEqual(['first', 'big'])
    const [first, second] = await spool.pending(10)
    expect(first?.envelope).toEqual({
      sender: 'zoe@famille.example',
      recipients: [`3B@${domain}`, `postmaster@${domain}`],
      clientAddress: null,
      helo: null,
      receivedAt: arrived,
    })
    expect(first?.sourceKey).toMatch(new RegExp(`^127\\.0\\.0\\.1/${user}/INBOX/\\d+/1$`))
    expect(second?.envelope).toMatchObject({ sender: 'zoe@famille.example', recipients: [`3b@${domain}`] })
    expect(second?.sha256).toBe(createHash('sha256').update(big).digest('hex'))
    expect(second?.file).not.toBeNull()
    expect([await inFolder('INBOX'), await inFolder('Done'), await inFolder('Odd')]).toEqual([0, 2, 0])
    await put(mail('later'))
    await until(() => spool.counts().pending === 3)
    await until(async () => (await inFolder('Done')) === 3)
    expect(watched.state()).toEqual({ connected: true, taken: 3, error: null })
    expect(JSON.stringify(lines, (key, value: unknown) => (key === 'id' ? '' : value))).not.toMatch(/zoe|3b@|school|first|big|later/i)
  })

  test('takes also what a person has read, and leaves what is deleted', async () => {
    await client.append('INBOX', mail('read'), ['\\Seen'])
    await client.append('INBOX', mail('deleted'), ['\\Deleted'])
    await watch().ready
    expect(await subjects()).toEqual(['read'])
  })

  test('what is nobody of ours, or too big, goes to the other folder', async () => {
    await put(mail('not ours', `To: nobody@${domain}, 3b@other.example`))
    await put(mail('no recipient', 'From: x@y.example'))
    await put(mail('too big', `To: 3b@${domain}`, 'x'.repeat(500_000)))
    await put(mail('good'))
    await watch().ready
    expect(await subjects()).toEqual(['good'])
    expect([await inFolder('INBOX'), await inFolder('Done'), await inFolder('Odd')]).toEqual([0, 1, 3])
  })

  test('after a crash between spool and move nothing is taken twice', async () => {
    await put(mail('one'))
    await put(mail('two'))
    await put(mail('three'))
    const inbox = await client.mailboxOpen('INBOX')
    const key = (uid: number): string => `127.0.0.1/${user}/INBOX/${inbox.uidValidity}/${uid}`
    await client.mailboxClose()
    // Before the crash: the first is in the spool, the second has its row already.
    const envelope = { sender: null, recipients: [`3b@${domain}`], clientAddress: null, helo: null, receivedAt: new Date(0) }
    const body = (async function* () {
      yield await Promise.resolve(Buffer.from(mail('one')))
    })()
    await spool.accept({ envelope, source: 'imap:127.0.0.1', sourceKey: key(1) }, body, { maxBytes: 1000 })
    await spool.close()
    spool = await openSpool(folder, { log: noteLog(), reserveBytes: 0 })
    await watch({ wasTaken: (sourceKey) => Promise.resolve(sourceKey === key(2)) }).ready
    expect(await subjects()).toEqual(['one', 'three'])
    expect([await inFolder('INBOX'), await inFolder('Done')]).toEqual([0, 3])
  })

  test('comes back by itself when sessions or the server end, and others are not disturbed', async () => {
    const other = watch({}, { user: `${user}-other` })
    const watched = watch()
    await Promise.all([watched.ready, other.ready])
    dovecot.kick(user)
    await put(mail('after the kick')).catch(async () => {
      client = await dovecot.client(user)
      await put(mail('after the kick'))
    })
    await until(() => spool.counts().pending === 1)
    await dovecot.stop()
    await until(() => !watched.state().connected && watched.state().error !== null)
    await dovecot.start()
    client = await dovecot.client(user)
    await put(mail('after the stop'))
    await until(() => spool.counts().pending === 2)
    await until(() => other.state().connected)
    expect(await subjects()).toEqual(['after the kick', 'after the stop'])
  })

  test('a folder that was removed is made again', async () => {
    const watched = watch()
    await watched.ready
    await client.mailboxDelete('Done')
    await put(mail('x'))
    await until(async () => (await inFolder('Done')) === 1)
    expect(await inFolder('INBOX')).toBe(0)
    expect(watched.state().taken).toBe(1)
  })

  test('a mailbox that is made anew has new keys, and its mails the hashes they had', async () => {
    const again = mail('again')
    await client.mailboxCreate('School')
    await client.append('School', again)
    // The server tells nobody in IDLE that the mailbox is another one now: the next look finds out.
    const watched = watch({ pollMs: 50 }, { mailbox: 'School' })
    await watched.ready
    await client.mailboxDelete('School')
    await client.mailboxCreate('School')
    await client.append('School', again)
    await until(() => spool.counts().pending === 2)
    const [one, two] = await spool.pending(10)
    expect(two?.sourceKey).not.toBe(one?.sourceKey)
    expect(two?.sha256).toBe(one?.sha256)
  })

  test('a full disk leaves the mail where it is, until there is room', async () => {
    await spool.close()
    spool = await openSpool(folder, { log: noteLog(), reserveBytes: Number.MAX_SAFE_INTEGER })
    await put(mail('x'))
    const watched = watch()
    await until(() => watched.state().error === 'disk-full')
    expect(await inFolder('INBOX')).toBe(1)
    await watched.stop()
    await spool.close()
    spool = await openSpool(folder, { log: noteLog(), reserveBytes: 0 })
    await watch().ready
    expect(await subjects()).toEqual(['x'])
  })

  test('a wrong password, and a server that is not there, are states and no exceptions', async () => {
    const [wrong, nobody] = [watch({}, { password: 'wrong' }), watch({}, { port: 1 })]
    await until(() => wrong.state().error !== null && nobody.state().error !== null)
    expect([wrong.state().error, nobody.state().error]).toEqual(['authentication-failed', 'ECONNREFUSED'])
  })

  test('stop ends soon, also before the first connection', async () => {
    const watched = watch({}, { port: 1 })
    await watched.stop()
    await watched.ready
  })
})

describeWithDovecot('a server without MOVE, UIDPLUS and IDLE', () => {
  test('is served by copy and delete, and looked at from time to time', async () => {
    const dovecot = await startDovecot('imap_capability = IMAP4rev1 LITERAL+ SASL-IR')
    const folder = mkdtempSync(join(tmpdir(), 'cartable-imap-'))
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
    const spool = await openSpool(folder, { log, reserveBytes: 0 })
    const client = await dovecot.client('old')
    await client.append('INBOX', `To: 3b@${domain}\r\n\r\nx\r\n`)
    const config = {
      host: '127.0.0.1',
      port: dovecot.port,
      secure: false,
      user: 'old',
      password: dovecotPassword,
      mailbox: 'INBOX',
      processed: 'Done',
      failed: 'Odd',
    }
    const known = { isOurs: () => Promise.resolve(true), wasTaken: () => Promise.resolve(false) }
    const watched = watchMailbox(config, { spool, domain, ...known, maxMessageBytes: 1000, log, pollMs: 50 })
    try {
      await watched.ready
      await client.append('INBOX', `To: 3b@${domain}\r\n\r\ny\r\n`)
      while (spool.counts().pending < 2 || watched.state().taken < 2) await new Promise((resolve) => setTimeout(resolve, 10))
      await watched.stop()
      const done = await client.status('Done', { messages: true })
      const inbox = await client.status('INBOX', { messages: true })
      expect([done && done.messages, inbox && inbox.messages]).toEqual([2, 0])
    } finally {
      await watched.stop()
      client.close()
      await spool.close()
      await dovecot.remove()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
