import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkRoster } from '../../src/roster/check-roster'
import { columnOf } from '../../src/roster/french-columns'
import { readRoster } from '../../src/roster/read-roster'
import { createZip } from '../../src/store/zip-file'

const settings = { domain: 'devoirs.example', knownStudents: new Set<string>() }

function rosterOf(outcome: Awaited<ReturnType<typeof readRoster>>) {
  const checked = outcome.ok ? checkRoster(outcome.lines, settings) : outcome
  if (!checked.ok) throw new Error(checked.faults.map((fault) => `${fault.file}:${fault.line}: ${fault.message}`).join('\n'))
  return checked.roster
}
const faultsOf = (outcome: Awaited<ReturnType<typeof readRoster>>): string[] => {
  const checked = outcome.ok ? checkRoster(outcome.lines, settings) : outcome
  return checked.ok ? [] : checked.faults.map((fault) => `${fault.file}:${fault.line}: ${fault.message}`)
}

describe('OneRoster', () => {
  const set = {
    'manifest.csv': 'propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\nfile.users,bulk\nfile.demographics,absent\n',
    'orgs.csv': 'sourcedId,status,dateLastModified,name,type\no1,,,Collège,school\n',
    'users.csv': `sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password
u1,,,true,o1,teacher,al,,Anne,Lefèvre,,,anne.lefevre@college.example,,,,,
u2,active,2020-03-01,true,o1,student,zm,,Zoé,Martin,,,zoe@famille.example,,,,,
u3,,,true,o1,student,ln,,Łukasz,Nowak,,,,,,"u7,u8",,
u4,tobedeleted,,true,o1,student,x,,Ancien,Élève,,,,,,,,
u7,,,true,o1,parent,en,,Ewa,Nowak,,,ewa@famille.example,,,,,
u8,,,true,o1,guardian,jn,,Jan,Nowak,,,jan@famille.example,,,u3,,
u9,,,true,o1,student,nc,,Sans,Classe,,,,,,,,
`,
    'classes.csv':
      'sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods\nc1,,,Troisième B,,,3B,homeroom,,o1,t1,"Mathématiques,Physique",,\n',
    'enrollments.csv': `sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate
e1,,,c1,o1,u1,teacher,true,,
e2,,,c1,o1,u2,student,,,
e3,,,c1,o1,u3,student,,,
e3b,,,c1,o1,u3,student,,,
e4,,,c1,o1,u4,student,,,
e5,,,c1,o1,u1,administrator,,,
`,
  }
  const read = (changes: Partial<Record<keyof typeof set | 'roles.csv', string | null>> = {}) =>
    readRoster({
      path: 'export',
      folder: Object.entries({ ...set, ...changes }).flatMap(([name, text]) => (text === null ? [] : [{ name, bytes: Buffer.from(text) }])),
    })

  test('people, class code in lower case, subject, guardians linked either way', async () => {
    const outcome = await read()
    const roster = rosterOf(outcome)
    expect(roster.memberships).toEqual([
      { class: '3b', person: 'u1', role: 'teacher', groups: [], subject: 'Mathématiques' },
      { class: '3b', person: 'u2', role: 'student', groups: [], subject: null },
      { class: '3b', person: 'u3', role: 'student', groups: [], subject: null },
    ])
    expect(roster.guardianships.map((one) => [one.guardian, one.student])).toEqual([
      ['u7', 'u3'],
      ['u8', 'u3'],
    ])
    expect(roster.people.map((person) => [person.name, person.email])).toContainEqual(['Łukasz Nowak', null])
    expect(outcome).toMatchObject({ said: 'OneRoster: 5 people in 1 classes; left out, being in no class: 1' })
  })

  test('1.2: roles stand in a file of their own, names as people call themselves', async () => {
    const users = `sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,resourceSourcedIds,preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns
u1,,,true,al,,Anne,Lefèvre,,,anne.lefevre@college.example,,,,,,,,,,,o1,
u2,,,true,zm,,Zoé Marie,Martin,,,,,,u7,,,,,Zoé,,,o1,
u7,,,true,en,,Ewa,Nowak,,,ewa@famille.example,,,,,,,,,,,o1,
u8,,,false,x,,Jan,Nowak,,,jan@famille.example,,,,,,,,,,,o1,
`
    const roles =
      'sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId\nr1,,,u1,primary,teacher,,,o1,\nr2,,,u2,primary,student,,,o1,\nr7,,,u7,primary,parent,,,o1,\nr8,,,u8,primary,parent,,,o1,\n'
    const enrollments = set['enrollments.csv'].split('\n').slice(0, 3).join('\n')
    const roster = rosterOf(await read({ 'manifest.csv': null, 'users.csv': users, 'roles.csv': roles, 'enrollments.csv': enrollments }))
    expect(roster.people.map((person) => person.name)).toEqual(['Anne Lefèvre', 'Zoé Martin', 'Ewa Nowak'])
    expect(roster.guardianships.map((one) => one.guardian)).toEqual(['u7'])
  })

  test.each([
    ['a file that is missing', { 'classes.csv': null }, 'export:1: has no classes.csv: export users, classes and enrollments together'],
    ['a delta', { 'manifest.csv': 'propertyName,value\nfile.users,delta\n' }, 'export/manifest.csv:2: file.users is a delta: export in bulk mode'],
    [
      'an enrolment of nobody',
      { 'enrollments.csv': 'classSourcedId,userSourcedId,role\nc1,u99,student\n' },
      'export/enrollments.csv:2: userSourcedId "u99" is not in users.csv: export all files at the same time',
    ],
    [
      'a class code that is no address',
      { 'classes.csv': 'sourcedId,classCode\nc1,3 B/x\n' },
      'export/classes.csv:2: classCode is "3 B/x" and cannot be the local part of an address: use letters, digits, ".", "-" or "_", such as 3b',
    ],
    [
      'an address that is none, in the file it stands in',
      { 'users.csv': set['users.csv'].replace('zoe@famille.example', 'zoe(at)x') },
      'export/users.csv:3: email "zoe(at)x" is no mail address: mend it, or leave it empty',
    ],
  ])('refuses %s', async (_story, changes, fault) => {
    expect(faultsOf(await read(changes))).toEqual([fault])
  })

  test('comes as a zip too, in a folder inside it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cartable-roster-'))
    try {
      const zip = await createZip(join(folder, 'r.zip'))
      for (const [name, text] of Object.entries(set)) await zip.add(`export/${name}`, Buffer.from(text), new Date(0))
      await zip.finish()
      const roster = rosterOf(await readRoster({ path: 'r.zip', bytes: await readFile(join(folder, 'r.zip')) }))
      expect(roster.memberships.length).toBe(3)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})

describe('a French school export', () => {
  const read = (text: string, charset: 'utf8' | 'latin1' = 'utf8') => readRoster({ path: 'eleves.csv', bytes: Buffer.from(text, charset) })

  test('pupils with their guardians beside them, in windows-1252', async () => {
    const text = [
      'Nom;Prénom;Né(e) le;INE;Classe;Groupes;Adresse E-mail;Responsable 1 Nom;Responsable 1 Prénom;Responsable 1 E-mail;Téléphone resp. 1;Nom responsable 2;E-mail responsable 2',
      'MARTIN;Zoé;01/02/2006;123456789AB;3ème B;3B G1, LATIN;zoe@famille.example;MARTIN;Hélène;helene@famille.example;06;;',
      "D'ALMEIDA;Inès;;123456789AC;3ème B;;;;;;;D'ALMEIDA;papa@famille.example",
    ].join('\r\n')
    const outcome = await read(text, 'latin1')
    const roster = rosterOf(outcome)
    expect(roster.people.map((person) => [person.name, person.email])).toEqual([
      ['Zoé Martin', 'zoe@famille.example'],
      ['Hélène Martin', 'helene@famille.example'],
      ["Inès D'Almeida", null],
      ["D'Almeida", 'papa@famille.example'],
    ])
    expect(roster.memberships).toEqual([
      { class: '3emeb', person: '123456789AB', role: 'student', groups: ['3bg1', 'latin'], subject: null },
      { class: '3emeb', person: '123456789AC', role: 'student', groups: [], subject: null },
    ])
    expect(outcome).toMatchObject({
      said: 'French export: students 2, guardians 2, teachers 0; classes 3emeb; not read: Né(e) le, Téléphone resp. 1',
    })
  })

  test('without an identifier of its own, ids come from class and name and are the same the next time', async () => {
    const text = 'Élève;Classe;E-mail\nLE GOFF Yann;4A;\n"de la TOUR Éloi";4A;\nZoé MARTIN;4A;\n'
    const [first, again] = [rosterOf(await read(text)), rosterOf(await read(text))]
    expect(first.people.map((person) => [person.id, person.name])).toEqual([
      ['e-4a-yann-le-goff', 'Yann Le Goff'],
      ['e-4a-eloi-de-la-tour', 'Éloi de la Tour'],
      ['e-4a-zoe-martin', 'Zoé Martin'],
    ])
    expect(again).toEqual(first)
  })

  test('a line a guardian, siblings with one parent, two parents with one address', async () => {
    const text = `Division;Nom de famille;Prénom 1;Identifiant;Nom resp. légal;Prénom resp. légal;Courriel resp. légal
6E1;PETIT;Ana;1;PETIT;Marc;petit@famille.example
6E1;PETIT;Ana;1;PETIT;Lise;petit@famille.example
6E2;PETIT;Tom;2;PETIT;Marc;petit@famille.example
`
    const roster = rosterOf(await read(text))
    expect(roster.memberships.map((one) => [one.class, one.person])).toEqual([
      ['6e1', '1'],
      ['6e2', '2'],
    ])
    expect(roster.people.filter((person) => person.id.startsWith('g-')).map((person) => person.name)).toEqual(['Marc Petit', 'Lise Petit'])
    expect(roster.guardianships.length).toBe(3)
  })

  test('teachers, in several classes', async () => {
    const roster = rosterOf(await read('Professeur;Matière;Classes;Adresse e-mail\nMme LEFÈVRE Anne;Mathématiques;"3B, 4A";anne@college.example\n'))
    expect(roster.memberships.map((one) => [one.class, one.role, one.subject])).toEqual([
      ['3b', 'teacher', 'Mathématiques'],
      ['4a', 'teacher', 'Mathématiques'],
    ])
    expect(roster.people.map((person) => person.name)).toEqual(['Anne Lefèvre'])
  })

  test.each([
    ['a pupil without a class', 'Nom;Prénom;Classe\nMARTIN;Zoé;\n', 'eleves.csv:2: the class is empty: fill "Classe", or take the line out'],
    ['a line without a name', 'Nom;Prénom;Classe\n;;3B\n', 'eleves.csv:2: the name is empty: fill "Nom" and "Prénom"'],
    [
      'two pupils who cannot be told apart',
      'Nom;Prénom;Classe;E-mail\nMARTIN;Zoé;3B;a@f.example\nMARTIN;Zoé;3B;b@f.example\n',
      'eleves.csv:3: a second pupil of this name in class "3b": add a column "INE" or "Identifiant" that tells them apart',
    ],
    ['an address that is none', 'Nom;Prénom;Classe;E-mail\nMARTIN;Zoé;3B;zoe\n', 'eleves.csv:2: email "zoe" is no mail address: mend it, or leave it empty'],
  ])('refuses %s', async (_story, text, fault) => {
    expect(faultsOf(await read(text))).toContainEqual(fault)
  })

  test.each([
    ['Prénom', 'person', 'given'],
    ['NOM DE FAMILLE', 'person', 'family'],
    ['Adresse E-mail', 'person', 'email'],
    ['Adresse', null, null],
    ['Date de naissance', null, null],
    ['Code Division', 'person', 'class'],
    ['N° INE', 'person', 'id'],
    ['Responsable légal 2 - Courriel', 'guardian', 'email'],
    ['Prénom du responsable 1', 'guardian', 'given'],
    ['Responsable 1', 'guardian', 'full'],
    ['Adresse responsable 1', null, null],
    ['Téléphone portable responsable 1', null, null],
  ])('the heading %s', (heading, of, field) => {
    const column = columnOf(heading)
    expect([column?.of ?? null, column?.field ?? null]).toEqual([of, field])
  })
})

test.each([
  [
    'SIECLE',
    '<?xml version="1.0" encoding="ISO-8859-15"?><BEE_ELEVES/>',
    'x:1: is XML (SIECLE), which is not read yet: export the pupils as CSV, with class, name, e-mail and guardians',
  ],
  ['a damaged zip', 'PK\x03\x04nonsense', 'x:1: is a zip that cannot be read: unpack it and give the folder'],
  ['one file of a set', 'sourcedId,classCode\n', 'x:1: is one file of a OneRoster set: give the folder, or the zip, with all of them'],
])('%s is told apart', async (_story, text, fault) => {
  expect(faultsOf(await readRoster({ path: 'x', bytes: Buffer.from(text, 'latin1') }))).toEqual([fault])
})

test('our own CSV is still our own', async () => {
  const roster = rosterOf(await readRoster({ path: 'x', bytes: Buffer.from('class,role,id,name\n3b,student,e1,Zoé\n') }))
  expect(roster.memberships.length).toBe(1)
})
