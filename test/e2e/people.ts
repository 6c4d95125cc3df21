/** The people of the end-to-end tests: all invented. */

export const domain = 'devoirs.tilleuls.example'
/** Monday, 8 o'clock in Paris. */
export const start = new Date('2020-03-16T08:00:00+01:00')
export const classAddress = `3b@${domain}`
export const teacher = 'anne.lefevre@tilleuls.example'
export const otherTeacher = 'paul.durand@tilleuls.example'
export const operator = 'operateur@tilleuls.example'
export const office = 'secretariat@tilleuls.example'

/** Twins behind one mailbox, a pupil with two households, an English one, one who cannot be reached; and a class beside it. */
export const roster = `class,role,id,name,email,subject,of,language,group,household,right
3b,teacher,t-lefevre,Anne Lefèvre,${teacher},Mathématiques,,fr,,,
4a,teacher,t-durand,Paul Durand,${otherTeacher},Histoire,,fr,,,
3b,student,zoe,Zoé Martin,zoe.martin@famille.example,,,fr,g1,,
3b,student,lukasz,Łukasz Nowak,,,,fr,g1,,
3b,student,hugo,Hugo Bernard,famille.bernard@famille.example,,,fr,g1,,
3b,student,lea,Léa Bernard,famille.bernard@famille.example,,,fr,g2,,
3b,student,emily,Emily Clarke,emily@clarke.example,,,en,g2,,
3b,student,yanis,Yanis Moreau,yanis.moreau@famille.example,,,fr,g2,,
3b,student,chloe,Chloé Petit,,,,fr,g2,,
4a,student,noe,Noé Roux,noe.roux@famille.example,,,fr,,,
,guardian,sophie,Sophie Martin,sophie.martin@famille.example,,zoe,fr,,,
,guardian,ewa,Ewa Nowak,ewa.nowak@famille.example,,lukasz,fr,,mother,
,guardian,babcia,Maria Nowak,maria.nowak@famille.example,,lukasz,fr,,mother,
,guardian,jan,Jan Nowak,jan.nowak@ailleurs.example,,lukasz,fr,,father,
,guardian,claire,Claire Bernard,claire.bernard@famille.example,,hugo,fr,,,
,guardian,claire,Claire Bernard,claire.bernard@famille.example,,lea,fr,,,
,guardian,luc,Luc Petit,luc.petit@famille.example,,chloe,fr,,,digest
`

/** Who gets a copy of a post to 3b: student and mailbox. */
export const copiesOf3b = [
  ['zoe', 'zoe.martin@famille.example'],
  ['lukasz', 'ewa.nowak@famille.example'],
  ['lukasz', 'jan.nowak@ailleurs.example'],
  ['hugo', 'famille.bernard@famille.example'],
  ['lea', 'famille.bernard@famille.example'],
  ['emily', 'emily@clarke.example'],
  ['yanis', 'yanis.moreau@famille.example'],
] as const

export const post = {
  subject: 'Théorème de Thalès : exercices 3 et 4',
  text: `Bonjour à tous,

vous ferez les exercices 3 et 4 de la page 52, avec les figures.

À rendre pour vendredi 20 mars à 18h.

Bon courage,
Mme Lefèvre`,
}
