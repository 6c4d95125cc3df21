/** The pile as a teacher asks for it by a word: front sides, a file a pupil, without names, the new pages alone. */
import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createBundlePool } from '../../src/bundle/bundle-pool'
import { drawRedInk } from '../../src/bundle/draw-red-ink'
import { findPage } from '../../src/store/submissions'
import { teacher } from './people'
import { jpeg, typedPdf, zip } from './pictures'
import { inSchool, type Left, markKey, minute, type School } from './school'

const bundles = createBundlePool()
afterAll(() => bundles.close())

const pdfsOf = (mail: Left) => mail.message.files.filter((file) => file.mediaType === 'application/pdf')
const last = async (school: School, template: 'bundle' | 'anonymous-key' | 'refused' = 'bundle'): Promise<Left> => {
  const mail = (await school.left({ to: teacher, template })).at(-1)
  if (!mail) throw new Error(`no ${template} has left`)
  return mail
}

async function ownersOf(school: School, bytes: Uint8Array): Promise<(string | null)[]> {
  const file = join(school.folder, 'looked-at.pdf')
  writeFileSync(file, bytes)
  expect(spawnSync('qpdf', ['--check', file]).status).toBe(0)
  const owners: (string | null)[] = []
  for (const page of await bundles.recognise(file, markKey, { maxPages: 100 }))
    owners.push(page.pageId === null ? null : ((await findPage(school.gateway.database.db, page.pageId))?.student ?? null))
  return owners
}

/** All that a reader, a search and a look into the objects can find. */
function allOf(school: School, bytes: Uint8Array): string {
  const [file, plain] = [join(school.folder, 'looked-at.pdf'), join(school.folder, 'unpacked.pdf')]
  writeFileSync(file, bytes)
  execFileSync('qpdf', ['--qdf', '--object-streams=disable', file, plain])
  const struct = execFileSync('pdfinfo', ['-struct-text', plain], { encoding: 'utf8' })
  const objects = execFileSync('cat', [plain], { encoding: 'latin1', maxBuffer: 1e9 })
  const hex = [...objects.matchAll(/<(feff[0-9a-f]+)>/gi)].map(([, text = '']) => Buffer.from(text.slice(4), 'hex').swap16().toString('utf16le'))
  return [execFileSync('pdftotext', [plain, '-'], { encoding: 'utf8' }), execFileSync('pdfinfo', [plain], { encoding: 'utf8' }), struct, objects, ...hex].join(
    '\n',
  )
}

const docx = zip(
  ['[Content_Types].xml', 'word/document.xml'].map((name) => ({
    name,
    content: Buffer.from('<w:document><w:p><w:r><w:t>Rédaction de Léa Bernard, 300 mots</w:t></w:r></w:p></w:document>'),
  })),
  'Léa Bernard rédaction.docx',
).content

async function handedIn(school: School): Promise<string> {
  const { code } = await school.post()
  await school.reply('zoe', { files: [await jpeg(1), await typedPdf('Zoé Martin, exercice 3')] })
  await school.reply('hugo', { text: 'Exercice 3 : AM vaut 4,5 cm car les droites sont parallèles, dit Hugo Bernard à zoé martin.' })
  const type = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
  await school.reply('lea', { files: [{ name: 'Léa Bernard rédaction.docx', mediaType: type, content: docx }] })
  await school.advance(2 * minute)
  return code
}

test(
  'COPIES RECTO and SÉPARÉES: front sides, and a file a pupil that names nobody else',
  inSchool({}, async (school) => {
    const code = await handedIn(school)
    await school.command('COPIES RECTO')
    const recto = await last(school)
    expect(recto.text).toContain('commence sur un recto')
    expect(recto.header('auto-submitted')).toBe('auto-replied')
    const [pile] = pdfsOf(recto)
    expect(await ownersOf(school, pile?.content ?? Buffer.alloc(0))).toEqual([null, null, 'zoe', 'zoe', 'hugo', null, 'lea', null])
    // The page that was typed is drawn, the document says what it holds.
    const told = allOf(school, pile?.content ?? Buffer.alloc(0))
    for (const words of ['Zoé Martin, exercice 3', 'Rédaction de Léa Bernard, 300 mots', 'copie de Zoé Martin, page 1 sur 2']) expect(told).toContain(words)

    await school.command('copies separees, stp')
    const separate = await last(school)
    expect(separate.text).toContain('un PDF par élève')
    expect(pdfsOf(separate).map((file) => file.filename)).toEqual([`MARTIN-Zoe_3b_${code}.pdf`, `BERNARD-Hugo_3b_${code}.pdf`, `BERNARD-Lea_3b_${code}.pdf`])
    const [zoe, hugo] = pdfsOf(separate)
    expect(await ownersOf(school, zoe?.content ?? Buffer.alloc(0))).toEqual(['zoe', 'zoe'])
    expect(allOf(school, zoe?.content ?? Buffer.alloc(0))).not.toMatch(/Hugo|Bernard/)
    expect(await ownersOf(school, hugo?.content ?? Buffer.alloc(0))).toEqual(['hugo'])
  }),
)

test(
  'COPIES NOUVELLES: what no pile has held; the pile of the deadline still comes, whole',
  inSchool({}, async (school) => {
    await handedIn(school)
    await school.command('COPIES')
    await school.command('COPIES NOUVELLES')
    expect((await last(school, 'refused')).text).toContain('Aucune page n’est arrivée depuis le dernier paquet')
    await school.reply('yanis', { files: [await jpeg(9)] })
    await school.advance(2 * minute)
    await school.command('COPIES NEW')
    const fresh = await last(school)
    expect(await ownersOf(school, pdfsOf(fresh)[0]?.content ?? Buffer.alloc(0))).toEqual([null, 'yanis'])
    expect(allOf(school, pdfsOf(fresh)[0]?.content ?? Buffer.alloc(0))).toContain('nouveau, rendu')

    await school.command('COPIES EX 3')
    expect((await last(school, 'refused')).text).toContain('Rien n’a été fait')
    const before = (await school.left({ template: 'bundle' })).length
    await school.goTo('2020-03-20T18:15:10+01:00')
    expect(await school.left({ template: 'bundle' })).toHaveLength(before + 1)
    expect(await ownersOf(school, pdfsOf(await last(school))[0]?.content ?? Buffer.alloc(0))).toEqual([null, 'zoe', 'zoe', 'hugo', 'lea', 'yanis'])
  }),
)

test(
  'COPIES ANONYMES names nobody anywhere, sends the key apart, and corrected it goes back to the right pupils',
  inSchool({}, async (school) => {
    await handedIn(school)
    await school.command('COPIES ANONYMES')
    const mail = await last(school)
    const [pile] = pdfsOf(mail)
    expect(mail.message.files).toHaveLength(1)
    const told = `${allOf(school, pile?.content ?? Buffer.alloc(0))}${pile?.filename}`
    expect(told.match(/zo[ée]|martin|hugo|bernard|l[ée]a\b|rédaction/giu) ?? []).toEqual([])
    for (const words of ['AM vaut 4,5 cm', 'document.docx', 'Copie ']) expect(told).toContain(words)
    expect(mail.text).not.toMatch(/Zoé|Hugo|Léa/)

    const key = await last(school, 'anonymous-key')
    const numbers: Record<string, number> = Object.fromEntries(
      [...key.text.matchAll(/(\d+) – (Zoé Martin|Hugo Bernard|Léa Bernard)/g)].map(([, number, name]) => [name, Number(number)]),
    )
    expect(Object.keys(numbers).sort()).toEqual(['Hugo Bernard', 'Léa Bernard', 'Zoé Martin'])
    const owners = await ownersOf(school, pile?.content ?? Buffer.alloc(0))
    const byNumber = Object.entries(numbers).sort(([, a], [, b]) => a - b)
    const ids: Record<string, string[]> = { 'Zoé Martin': ['zoe', 'zoe'], 'Hugo Bernard': ['hugo'], 'Léa Bernard': ['lea'] }
    expect(owners).toEqual([null, ...byNumber.flatMap(([name]) => ids[name] ?? [])])

    await school.command('COPIES séparées anonymes')
    const separate = await last(school)
    expect(pdfsOf(separate).map((file) => file.filename)).toEqual(
      byNumber.map(([, number]) => expect.stringMatching(new RegExp(`^${number}-Copie_3b_`)) as string),
    )

    const files = [{ name: 'corrige.pdf', mediaType: 'application/pdf', content: await drawRedInk(pile?.content ?? Buffer.alloc(0)) }]
    await school.command('Voici.', { template: 'bundle', files })
    expect((await school.left({ template: 'returned-copy' })).map((one) => one.to).sort()).toEqual([
      'famille.bernard@famille.example',
      'famille.bernard@famille.example',
      'zoe.martin@famille.example',
    ])
  }),
)
