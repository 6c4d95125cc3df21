/** The words of every command, French and English (CONVERSATION.md, section 3), and what may follow them. */
import type { CommandName } from './reading'

/** What an argument must look like for the line to be a command; `text` also allows more lines below. */
export type ArgumentShape = 'none' | 'date' | 'names' | 'person' | 'pages' | 'text' | 'bundle' | 'solution' | 'language' | 'address' | 'until' | 'ex'

export interface CommandRow {
  name: CommandName
  words: string[]
  argument: ArgumentShape
  /** The argument may be left out. */
  optional?: boolean
  /** Also a word of ordinary posts: a command in a thread only, or alone in a subject without text. */
  threadOnly?: boolean
  /** What the command's word itself says, as its argument. */
  implied?: string
}

/** Lower case, without accents. Verbs in -er also count in their forms in -ez, -e and -es. */
export const commandRows: CommandRow[] = [
  { name: 'help', words: ['aide', 'help'], argument: 'none' },
  { name: 'why', words: ['pourquoi', 'why'], argument: 'none', threadOnly: true },
  { name: 'status', words: ['etat', 'qui a rendu', 'statut', 'status', 'bilan', 'who', 'who handed in'], argument: 'none' },
  {
    name: 'bundle',
    words: ['copies', 'liasse', 'bundle', 'envoyer la liasse', 'envoyer les copies', 'send bundle', 'send the bundle'],
    argument: 'bundle',
    optional: true,
  },
  { name: 'extend', words: ['echeance', 'due'], argument: 'date', threadOnly: true },
  { name: 'extend', words: ['reporter', 'prolonger', 'repousser', 'extend', 'postpone'], argument: 'date', optional: true },
  { name: 'close', words: ['clore', 'cloturer', 'fermer', 'close'], argument: 'none' },
  { name: 'reopen', words: ['rouvrir', 'reouvrir', 'reopen'], argument: 'none' },
  { name: 'remind', words: ['relancer', 'rappeler', 'remind'], argument: 'names', optional: true },
  { name: 'cancel', words: ['annuler', 'cancel'], argument: 'none' },
  { name: 'send-now', words: ['partir', 'send now'], argument: 'none' },
  { name: 'amend', words: ['erratum'], argument: 'text' },
  { name: 'solution', words: ['corrige', 'answers', 'solution'], argument: 'solution', optional: true, threadOnly: true },
  { name: 'excuse', words: ['dispenser', 'excuse'], argument: 'names' },
  { name: 'release', words: ['rendre', 'rendez', 'return'], argument: 'none', threadOnly: true },
  { name: 'hold', words: ['attendre', 'attendez', 'wait'], argument: 'none', threadOnly: true },
  { name: 'to-all', words: ['a tous', 'a toutes et a tous', 'to all'], argument: 'text', threadOnly: true },
  { name: 'original', words: ['original'], argument: 'pages' },
  { name: 'rotate', words: ['tourner', 'rotate'], argument: 'pages' },
  { name: 'order', words: ['ordre', 'order'], argument: 'pages' },
  {
    name: 'address',
    words: ['retirer adresse', 'retirer mon adresse', 'remove address', 'remove my address'],
    argument: 'address',
    optional: true,
    implied: 'remove',
  },
  { name: 'remove', words: ['retirer', 'remove'], argument: 'pages' },
  { name: 'keep', words: ['garder', 'keep'], argument: 'pages' },
  { name: 'done', words: ['fini', 'termine', 'done'], argument: 'none', threadOnly: true },
  { name: 'resend', words: ['renvoyer le sujet', 'renvoyer sujet', 'send again'], argument: 'none' },
  { name: 'not-me', words: ['pas moi', 'not me', "ce n'est pas moi", "it's not me"], argument: 'none' },
  { name: 'not-me', words: ["c'est", 'it is', "it's"], argument: 'person', threadOnly: true },
  { name: 'absent', words: ['absent', 'absente'], argument: 'until', optional: true },
  { name: 'digest', words: ['chaque jour', 'daily'], argument: 'none', implied: 'daily' },
  { name: 'digest', words: ['chaque semaine', 'weekly'], argument: 'none', implied: 'weekly' },
  { name: 'digest', words: ['stop'], argument: 'none', implied: 'stop' },
  { name: 'reuse', words: ['reprendre pour', 'reuse for'], argument: 'date' },
  { name: 'digest', words: ['reprendre', 'resume'], argument: 'none', implied: 'resume' },
  { name: 'language', words: ['langue', 'language'], argument: 'language' },
  { name: 'address', words: ['adresse', 'address'], argument: 'address' },
  { name: 'substitute', words: ['remplacant', 'remplacante', 'substitute'], argument: 'address' },
  { name: 'list', words: ['liste', 'list'], argument: 'none' },
  { name: 'paper', words: ['pack papier', 'paper pack'], argument: 'none' },
  { name: 'swap', words: ['echanger', 'swap'], argument: 'none' },
  { name: 'confirm', words: ['ok', 'oui', 'yes', "d'accord"], argument: 'none', threadOnly: true },
  { name: 'deny', words: ['non', 'no'], argument: 'none', threadOnly: true },
]
