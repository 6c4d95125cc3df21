import { checkRoster } from '../../src/roster/check-roster'
import { readCsv } from '../../src/roster/read-csv'

const header = 'class,role,id,name,email,subject,of,language\n'
const check = (text: string | Buffer, known: string[] = []) => {
  const lines = readCsv('r.csv', typeof text === 'string' ? Buffer.from(text) : text)
  return lines.ok ? checkRoster(lines.lines, { domain: 'devoirs.example', knownStudents: new Set(known) }) : lines
}
const rosterOf = (text: string | Buffer) => {
  const outcome = check(text)
  if (!outcome.ok || !('roster' in outcome)) throw new Error(JSON.stringify(outcome))
  return outcome.roster
}
const faultsOf = (text: string | Buffer, known: string[] = []): string[] => {
  const outcome = check(text, known)
  return outcome.ok ? [] : outcome.faults.map((fault) => `${fault.file}:${fault.line}: ${fault.message}`)
}

test('reads the roster of the contract', () => {
  const roster = rosterOf(`${header}3b,teacher,t-lefevre,Anne Lefèvre,anne.lefevre@college.example,Mathématiques,,fr
3b,student,e-101,Zoé Martin,zoe.martin@famille.example,,,fr
3b,student,e-102,Łukasz Nowak,,,,fr
,guardian,g-7,Ewa Nowak,Ewa.Nowak@famille.example,,e-102,pl
`)
  expect(roster.people.map((person) => [person.id, person.name, person.email, person.language])).toEqual([
    ['t-lefevre', 'Anne Lefèvre', 'anne.lefevre@college.example', 'fr'],
    ['e-101', 'Zoé Martin', 'zoe.martin@famille.example', 'fr'],
    ['e-102', 'Łukasz Nowak', null, 'fr'],
    ['g-7', 'Ewa Nowak', 'ewa.nowak@famille.example', 'pl'],
  ])
  expect(roster.guardianships).toEqual([{ guardian: 'g-7', student: 'e-102', right: 'full', household: 'g-7' }])
})

test('semicolons, any order of columns, windows-1252, Excel’s sep line, a person in two classes, groups and rights', () => {
  const text =
    'sep=;\r\nname;id;role;class;group;email;of;right;household\r\nH\xe9l\xe8ne \x8cuvre;t1;teacher;3B;;h@c.example;;;\r\nH\xe9l\xe8ne \x8cuvre;t1;teacher;3a;;h@c.example;;;\r\nZo\xe9;e1;student;3b;g1 g2;;;;\r\nEve;g1;guardian;;;e@f.example;e1;digest;home\r\n'
  const roster = rosterOf(Buffer.from(text, 'latin1'))
  expect(roster.people.map((person) => person.name)).toEqual(['Hélène Œuvre', 'Zoé', 'Eve'])
  expect(roster.memberships).toEqual([
    { class: '3b', person: 't1', role: 'teacher', groups: [], subject: null },
    { class: '3a', person: 't1', role: 'teacher', groups: [], subject: null },
    { class: '3b', person: 'e1', role: 'student', groups: ['g1', 'g2'], subject: null },
  ])
  expect(roster.guardianships).toEqual([{ guardian: 'g1', student: 'e1', right: 'digest', household: 'home' }])
})

test.each([
  ['unknown role', '3b,pupil,e1,Zoé,,,,', 'r.csv:2: role is "pupil": use teacher, student or guardian'],
  ['no id', '3b,student,,Zoé,,,,', 'r.csv:2: id is empty: give each person an id of their own, the same in every file'],
  ['no name', '3b,student,e1,,,,,', 'r.csv:2: name is empty: give first name and family name'],
  ['bad address', '3b,student,e1,Zoé,zoe(at)x,,,', 'r.csv:2: email "zoe(at)x" is no mail address: mend it, or leave it empty'],
  [
    'our own domain',
    '3b,student,e1,Zoé,zoe@devoirs.example,,,',
    "r.csv:2: email is at devoirs.example, which is the gateway's own domain: give the person's own mailbox",
  ],
  ['teacher without address', '3b,teacher,t1,Anne,,,,', 'r.csv:2: email is empty: a teacher posts by mail and needs an address'],
  ['student without class', ',student,e1,Zoé,,,,', 'r.csv:2: class is empty: give the local part of the class address, such as 3b'],
  [
    'class that is no address',
    '3 b/c,student,e1,Zoé,,,,',
    'r.csv:2: class "3 b/c" cannot be the local part of an address: use letters, digits, ".", "-" or "_", such as 3b',
  ],
  [
    'reserved class',
    'postmaster,student,e1,Zoé,,,,',
    'r.csv:2: class "postmaster" cannot be the local part of an address: use letters, digits, ".", "-" or "_", such as 3b',
  ],
  ['guardian of nobody', ',guardian,g1,Ewa,e@f.example,,,', 'r.csv:2: of is empty: name the id of the student this guardian is responsible for'],
  ['guardian of an unknown', ',guardian,g1,Ewa,e@f.example,,e9,', `r.csv:2: of names "e9", and no student has this id: mend it, or add the student's line`],
  ['too many fields', '3b,student,e1,Zoé,,,,,,', 'r.csv:2: has 10 fields where the header has 8: add or remove separators'],
])('refuses with file, line and mend: %s', (_story, line, fault) => {
  expect(faultsOf(`${header}${line}\n`)).toEqual([fault])
})

test('one id for two people, and a class twice, name the other line', () => {
  expect(faultsOf(`${header}3b,student,e1,Zoé,,,,\n3b,student,e1,Hugo,,,,\n`)).toEqual([
    'r.csv:3: id "e1" stands for another name on line 2: give different people different ids',
    'r.csv:3: id "e1" stands twice in class "3b": remove one of the lines',
  ])
})

test('a guardian may belong to a student of an earlier import', () => {
  expect(faultsOf(`${header},guardian,g1,Ewa,e@f.example,,e9,\n`, ['e9'])).toEqual([])
})

test.each([
  [
    'unknown column',
    'class,role,id,name,shoe\n',
    'r.csv:1: unknown column "shoe": use class, role, id, name, email, subject, of, language, group, right, household',
  ],
  ['missing column', 'class,role,name\n', 'r.csv:1: column "id" is missing: add it to the header line'],
  ['empty file', '', 'r.csv:1: the file has no header line: begin it with class,role,id,name,email,subject,of,language'],
])('the header: %s', (_story, text, fault) => {
  expect(faultsOf(text)).toEqual([fault])
})

test('a stray quotation mark is told with its line, not guessed around', () => {
  expect(faultsOf(`${header}3b,student,e1,"Zoé,,,,\n3b,student,e2,Hugo,,,,\n`)[0]).toMatch(/^r\.csv:[23]: a quotation mark does not fit/)
})
