/** New text apart from history, signature and machines' lines, in plain text and HTML. */
import { whatIsNew } from '../../src/understand/what-is-new'

const from = { name: 'Anne Lefèvre', address: 'anne@college.example' }
const plain = (text: string): string => whatIsNew({ text, html: null, from }).text
const html = (markup: string): string => whatIsNew({ text: null, html: markup, from }).text

test.each([
  ['Gmail, attribution over two lines', 'Voici.\n\nLe lun. 16 mars 2020 à 08:02, Anne <3b@devoirs.college.example>\na écrit :\n\n> Faites le 4.\n', 'Voici.'],
  ['a greeting right above the attribution', 'Hi,\nOn Tue, 2011-03-01 at 18:02, A wrote:\n> x\n> y\n\nYes.', 'Hi,\n\nYes.'],
  ['Outlook header block', 'Voici.\n\nDe : Anne <a@x.example>\nEnvoyé : lundi 16 mars 2020 08:02\nÀ : Zoé\nObjet : Maths\n\nFaites le 4.', 'Voici.'],
  ['a rule above a header block', 'Voici.\n\n________________________________\nFrom: A\nSent: Monday\nTo: B\nSubject: x\n\nold', 'Voici.'],
  ['original message', 'Voici.\n\n-----Message d’origine-----\nold', 'Voici.'],
  ['forward only', '---------- Forwarded message ---------\nDe : X <x@x.example>\nDate: lundi\nSubject: y\n\ntexte', ''],
  ['no verb, but hour and address', 'Voici.\n\n30.09.2017, 18:30, "A" <a@x.example>:\n> old', 'Voici.'],
  ['answers between questions', '> Capitale ?\nCanberra\n> Fleuve ?\nLa Loire', 'Canberra\nLa Loire'],
  ['bottom posting', 'Le 16/03/2020 à 08:02, Anne a écrit :\n> Faites le 4.\n\nOui madame.', 'Oui madame.'],
  ['a folded quoted line', `On 1 Jan 2020 at 10:00, A <a@x.example> wrote:\n> ${'mot '.repeat(18)}fin de\nla ligne\n> suite\n\nOui.`, 'Oui.'],
  ['greater than is mathematics', 'Exercice 1\n> 5 est plus grand que 3\ndonc x = 12', 'Exercice 1\n> 5 est plus grand que 3\ndonc x = 12'],
  ['Hugo, too, wrote', 'Exercice 2\nLe 3 mars 1850, Hugo a écrit :\nDemain, dès l’aube', 'Exercice 2\nLe 3 mars 1850, Hugo a écrit :\nDemain, dès l’aube'],
  ['signature delimiter', 'Voici.\n-- \nZoé\n3B', 'Voici.'],
  ['postscript below the signature', 'Voici.\n-- \nZoé\nPS : la page 2 arrive', 'Voici.\n\nPS : la page 2 arrive'.replace('\n\n', '\n')],
  ['a rule between exercises stays', 'Exercice 1\n-----\nExercice 2', 'Exercice 1\n-----\nExercice 2'],
  ['a rule above addresses', 'Voici.\n\n-----\nSophie Martin\nTél. : 02 40 00 00 00', 'Voici.'],
  ['the author’s own name and title', 'Faites le 4.\n\nAnne Lefèvre\nProfesseure de mathématiques', 'Faites le 4.'],
  ['addresses behind a closing', 'Voici.\n\nCordialement,\nSophie MARTIN\n44000 Nantes\nTél. : 02 40 00 00 00', 'Voici.\n\nCordialement,'],
  ['a device line', 'Voici.\n\nEnvoyé de mon iPhone', 'Voici.'],
  ['history behind a device line', 'Voici.\n\nGesendet von Outlook für Android\n\nHi there!', 'Voici.'],
  ['a sentence about sending', 'Sent from my desk, is much easier then my mobile phone.', 'Sent from my desk, is much easier then my mobile phone.'],
  ['an antivirus line', 'Voici.\n\nL’absence de virus dans ce courrier électronique a été vérifiée par le logiciel antivirus Avast.', 'Voici.'],
  ['a legal footer', 'Voici.\n\nCe message est confidentiel.\nMerci de le détruire.', 'Voici.'],
  ['lines of an exercise that look like header fields', 'De : 3\nA : 12 cm\nSujet : le chat\nDate : hier', 'De : 3\nA : 12 cm\nSujet : le chat\nDate : hier'],
  ['hyphens of another kind around original message', 'Voici.\n\n‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\nold', 'Voici.'],
  ['La Poste', 'Voici.\n\n> Message du 16/03/20 08:02\n> De : "A" <a@x.example>\n> A : z@x.example\n> Objet : Maths\n>\n> Faites le 4.', 'Voici.'],
  ['a link to get an app', 'Voici.\n\nObtenir Outlook pour iOS<https://aka.ms/x>', 'Voici.'],
  ['placeholders', 'Voici.\n[image: IMG_1.jpg]\n[cid:x@y] fin', 'Voici.\n fin'.replace('\n ', '\n')],
])('plain text: %s', (_, text, expected) => {
  expect(
    plain(text)
      .replace(/[ \t]+/g, ' ')
      .replace(/\n+ ?/g, '\n'),
  ).toBe(expected.replace(/\n+/g, '\n'))
})

test.each([
  ['Gmail', '<div dir="ltr">Voici.</div><div class="gmail_quote"><div class="gmail_attr">Le lun. a écrit :</div><blockquote>old</blockquote></div>', 'Voici.'],
  ['Outlook', '<p>Voici.</p><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>De :</b> A</p></div><p>old</p>', 'Voici.'],
  ['Outlook on the web', '<div>Voici.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">x</div><div>old</div>', 'Voici.'],
  ['Thunderbird signature', 'Voici.<div class="moz-signature">Zoé</div>', 'Voici.'],
  ['answers within a quotation', '<blockquote><p>Capitale ?</p></blockquote><p>Canberra</p>', 'Canberra'],
  ['indentation is no quotation', '<blockquote style="margin:0 0 0 40px;border:none;padding:0px">Voici.</blockquote>', 'Voici.'],
  ['hidden parts', '<head><style>p{}</style><title>x</title></head><script>1</script><!-- x --><p>Voici &eacute;t&#233;&nbsp;&lt;3</p>', 'Voici été <3'],
  ['line ends', 'a<br>b<p>c</p><ul><li>d<li>e</ul>', 'a\nb\nc\n\nd\ne'],
  ['a sign that opens no tag', '3 < 5 et 7 > 2', '3 < 5 et 7 > 2'],
])('HTML: %s', (_, markup, expected) => {
  expect(html(markup).replace(/\n+/g, '\n')).toBe(expected.replace(/\n+/g, '\n'))
})

test('tells where a picture stands', () => {
  const markup = '<p>Voici <img src="cid:New%40x"></p><div class="gmail_signature"><img src="cid:logo"></div><div class="gmail_quote"><img src="cid:old"></div>'
  expect(Object.fromEntries(whatIsNew({ text: null, html: markup, from }).places)).toEqual({ 'new@x': 'new', logo: 'signature', old: 'quoted' })
})
