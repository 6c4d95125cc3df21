/** The people and mails of the demo: all invented. What they write is theirs, so it stands here and not in templates/. */

export const domain = 'devoirs.tilleuls.example'
export const school = 'Collège des Tilleuls'
/** Monday, 8 o'clock in Paris: the hour the portals fell over. */
export const start = new Date('2020-03-16T08:00:00+01:00')

/** A class of nine: twins behind one mailbox, a pupil without one, an English family, names in three scripts. */
export const roster = `class,role,id,name,email,subject,of,language,group
3b,teacher,t-lefevre,Anne Lefèvre,anne.lefevre@tilleuls.example,Mathématiques,,fr,
3b,student,e-101,Zoé Martin,zoe.martin@famille.example,,,fr,g1
3b,student,e-102,Łukasz Nowak,,,,fr,g1
3b,student,e-103,Hugo Bernard,famille.bernard@famille.example,,,fr,g1
3b,student,e-104,Léa Bernard,famille.bernard@famille.example,,,fr,g2
3b,student,e-105,Emily Clarke,emily@clarke.example,,,en,g2
3b,student,e-106,Nguyễn Minh Anh,minhanh@famille.example,,,fr,g2
3b,student,e-107,محمد العمراني,mohamed@famille.example,,,fr,g1
3b,student,e-108,Yanis Moreau,yanis.moreau@famille.example,,,fr,g2
3b,student,e-109,Chloé Petit,chloe.petit@famille.example,,,fr,g1
,guardian,g-1,Sophie Martin,sophie.martin@famille.example,,e-101,fr,
,guardian,g-2,Ewa Nowak,ewa.nowak@famille.example,,e-102,fr,
,guardian,g-3,Claire Bernard,claire.bernard@famille.example,,e-103,fr,
,guardian,g-3,Claire Bernard,claire.bernard@famille.example,,e-104,fr,
,guardian,g-5,James Clarke,james@clarke.example,,e-105,en,
`

export const teacher = 'anne.lefevre@tilleuls.example'
export const classAddress = `3b@${domain}`

export const post = {
  subject: 'Théorème de Thalès : exercices 3 et 4',
  text: `Bonjour à tous,

Comme convenu, vous ferez les exercices 3 et 4 de la feuille ci-jointe, avec les figures.
Une photo par page suffit, prenez-les à la lumière du jour.

À rendre pour vendredi 20 mars à 18h.

Bon courage,
Mme Lefèvre`,
}

export interface Reply {
  /** Mailbox it comes from: the pupil's own, or a parent's. */
  from: string
  /** Student whose copy it answers. */
  student: string
  text: string
  /** Files of test/photos, with the name the phone gave. */
  photos: { file: string; name: string; inline?: boolean }[]
  /** A PDF made by a scanner app of these photos. */
  asPdf?: boolean
  story: string
}

export const replies: Reply[] = [
  {
    from: 'zoe.martin@famille.example',
    student: 'e-101',
    text: 'Bonjour madame, voici mon travail.\n\nZoé\n\nEnvoyé de mon iPhone',
    photos: [
      { file: 'squared-upright.heic', name: 'IMG_0412.HEIC' },
      { file: 'copybook-exif6.jpg', name: 'IMG_0413.JPG' },
    ],
    story: 'Zoé: a HEIC and a JPEG from an iPhone',
  },
  {
    from: 'ewa.nowak@famille.example',
    student: 'e-102',
    text: 'Bonjour, le devoir de Łukasz. Cordialement, Ewa Nowak',
    photos: [{ file: 'worksheet-upright.jpg', name: '20200318_171202.jpg' }],
    story: "Łukasz has no mailbox: from his mother's phone",
  },
  {
    from: 'famille.bernard@famille.example',
    student: 'e-103',
    text: 'voilà',
    photos: [{ file: 'squared-sideways-exif6.jpg', name: 'IMG_2051.jpg' }],
    story: 'Hugo: one photo, held sideways',
  },
  {
    from: 'famille.bernard@famille.example',
    student: 'e-104',
    text: '',
    photos: [{ file: 'squared-exif8.jpg', name: 'IMG_2052.jpg' }],
    story: "Léa, his twin, from the same mailbox: her own copy's address tells them apart",
  },
  {
    from: 'emily@clarke.example',
    student: 'e-105',
    text: 'Dear Ms Lefèvre, here is my work as a PDF. Emily',
    photos: [{ file: 'squared-upside-down-exif3.jpg', name: 'scan.jpg' }],
    asPdf: true,
    story: 'Emily: a PDF from a scanner app',
  },
  {
    from: 'minhanh@famille.example',
    student: 'e-106',
    text: 'Bonjour, ma page est ci-dessous.',
    photos: [{ file: 'copybook-exif6.jpg', name: 'image0.jpeg', inline: true }],
    story: 'Minh Anh: a photo pasted into the text',
  },
  {
    from: 'mohamed@famille.example',
    student: 'e-107',
    text: 'Bonjour',
    photos: [{ file: 'defocused.jpg', name: 'photo.jpg' }],
    story: 'محمد: a blurred photo',
  },
]

export const question = {
  from: 'yanis.moreau@famille.example',
  student: 'e-108',
  text: "Bonjour madame, je n'ai pas compris l'exercice 4 : faut-il la réciproque ?\n\nYanis",
}
export const answer = { text: 'Bonjour Yanis, oui : commence par comparer les deux rapports, puis conclus avec la réciproque.' }
export const tooLate: Reply = {
  from: 'chloe.petit@famille.example',
  student: 'e-109',
  text: 'Désolée pour le retard !',
  photos: [{ file: 'worksheet-upright.jpg', name: 'IMG_0007.jpg' }],
  story: 'Chloé: two hours after the bundle',
}
