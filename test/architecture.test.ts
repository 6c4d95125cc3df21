/** Holds the layout of docs/flow.md: order, doors, purity, cycles, unknown folders. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

const src = join(__dirname, '..', 'src')

/** Lowest first: a folder imports only from those before it. */
const order = [
  'errors.ts',
  'school',
  'message',
  'text',
  'roster',
  'config',
  'understand',
  'pages',
  'bundle',
  'log.ts',
  'store',
  'spool',
  'authenticate',
  'work',
  'act',
  'receive',
  'deliver',
  'web',
  'gateway.ts',
  'cli',
  'cli.ts',
]
const pure = new Set(['errors.ts', 'school', 'message', 'text', 'roster', 'config', 'understand', 'pages', 'bundle'])

/** Each package has one door. */
const doors: Record<string, string[]> = {
  'smtp-server': ['receive'],
  imapflow: ['receive'],
  mailparser: ['message'],
  nodemailer: ['deliver'],
  sharp: ['pages'],
  'libheif-js': ['pages'],
  '@hyzyla/pdfium': ['pages'],
  'pdf-lib': ['bundle'],
  '@cantoo/pdf-lib': ['bundle'],
  '@pdf-lib/fontkit': ['bundle'],
  qrcode: ['bundle'],
  'zxing-wasm': ['bundle'],
  kysely: ['store'],
  'better-sqlite3': ['store'],
  pg: ['store'],
  handlebars: ['text'],
  mailauth: ['authenticate'],
  fastify: ['web'],
  pino: ['log.ts'],
  'csv-parse': ['roster'],
  'iconv-lite': ['roster', 'message'],
  'smol-toml': ['config'],
  zod: ['config'],
  commander: ['cli', 'cli.ts'],
  yauzl: ['message', 'roster'],
  'html-to-text': ['message'],
}

/** Modules with a clock, a file or a socket in them: not for the pure folders. Worker and loader files of pages/ and bundle/ end in -worker.ts or -pool.ts. */
const impure = /^node:(fs|net|tls|dns|http|https|child_process|timers|fs\/promises|timers\/promises|dns\/promises)$/
const edges = /-(worker|pool|files)\.ts$/

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesIn(path) : path.endsWith('.ts') ? [path] : []
  })
}

const files = filesIn(src)
const placeOf = (path: string): string => relative(src, path).split('/')[0] ?? ''
const importsOf = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/(?:from\s+|import\s*\(\s*|require\(\s*|^import\s+)'([^']+)'/gm)].map((match) => match[1] ?? '')
const packageOf = (name: string): string => (name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] ?? name))
const targetOf = (path: string, name: string): string => {
  const base = resolve(dirname(path), name)
  return files.find((file) => file === `${base}.ts` || file === base) ?? base
}

test('every file stands in a known place', () => {
  expect(files.map(placeOf).filter((place) => !order.includes(place))).toEqual([])
})

test('a place imports only from places before it', () => {
  const wrong = files.flatMap((path) =>
    importsOf(path)
      .filter((name) => name.startsWith('.'))
      .map((name) => targetOf(path, name))
      .filter((target) => placeOf(target) !== placeOf(path) && order.indexOf(placeOf(target)) >= order.indexOf(placeOf(path)))
      .map((target) => `${relative(src, path)} imports ${relative(src, target)}`),
  )
  expect(wrong).toEqual([])
})

test('receive, deliver and web do not know each other; only cli imports the gateway', () => {
  const apart = ['receive', 'deliver', 'web']
  const wrong = files.flatMap((path) =>
    importsOf(path)
      .filter((name) => name.startsWith('.'))
      .map((name) => placeOf(targetOf(path, name)))
      .filter(
        (place) => (apart.includes(placeOf(path)) && apart.includes(place) && place !== placeOf(path)) || (place === 'gateway.ts' && placeOf(path) !== 'cli'),
      )
      .map((place) => `${relative(src, path)} imports ${place}`),
  )
  expect(wrong).toEqual([])
})

test('a package is imported through its one door', () => {
  const wrong = files.flatMap((path) =>
    importsOf(path)
      .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
      .filter((name) => doors[packageOf(name)] !== undefined && !doors[packageOf(name)]?.includes(placeOf(path)))
      .map((name) => `${relative(src, path)} imports ${name}`),
  )
  expect(wrong).toEqual([])
})

test('the pure folders touch no file, socket, DNS or timer', () => {
  const wrong = files
    .filter((path) => pure.has(placeOf(path)) && !edges.test(path))
    .flatMap((path) =>
      importsOf(path)
        .filter((name) => impure.test(name))
        .map((name) => `${relative(src, path)} imports ${name}`),
    )
  expect(wrong).toEqual([])
  const clocks = files.filter(
    (path) =>
      pure.has(placeOf(path)) && !edges.test(path) && /\bDate\.now\(\)|new Date\(\)|Math\.random\(|process\.env|randomBytes\(/.test(readFileSync(path, 'utf8')),
  )
  expect(clocks.map((path) => relative(src, path))).toEqual([])
})

test('there is no cycle between files, type imports included', () => {
  const graph = new Map(
    files.map((path) => [
      path,
      importsOf(path)
        .filter((name) => name.startsWith('.'))
        .map((name) => targetOf(path, name)),
    ]),
  )
  const done = new Set<string>()
  const cycles: string[] = []
  const walk = (path: string, trail: string[]): void => {
    if (trail.includes(path)) return void cycles.push([...trail.slice(trail.indexOf(path)), path].map((file) => relative(src, file)).join(' > '))
    if (done.has(path)) return
    for (const next of graph.get(path) ?? []) walk(next, [...trail, path])
    done.add(path)
  }
  for (const path of files) walk(path, [])
  expect(cycles).toEqual([])
})
