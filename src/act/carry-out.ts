/** A decision becomes effects: one file a deed, all in the transaction that settles the mail. */
import { Fault } from '../errors'
import type { Decision } from '../understand/decide'
import { acceptReply } from './accept-reply'
import { answerConfirmation } from './answer-confirmation'
import { answerQuestion } from './relay-question'
import { askPhoto, askTeacher, askWhich, refuseMail } from './ask-sender'
import { bookBounce } from './book-bounce'
import { takeRemarks } from './command-returns'
import { type Deed, handled, held, type Outcome } from './deed'
import { placeMail } from './place-mail'
import { postAssignment } from './post-assignment'
import { runCommand } from './run-command'
import { takeCorrection } from './take-correction'
import { tellOperator } from './tell-operator'

export function carryOut(decision: Decision, deed: Deed): Promise<Outcome> {
  switch (decision.deed) {
    case 'note':
      return Promise.resolve(handled)
    case 'hold':
      return Promise.resolve(held(decision.reason))
    case 'wait-for-dns':
      throw new Fault('dns-undecided')
    case 'book-bounce':
      return bookBounce(decision.token, deed)
    case 'tell-operator':
      return tellOperator(deed)
    case 'refuse':
      return refuseMail(decision, deed)
    case 'post':
      return postAssignment(decision, deed)
    case 'ask-teacher':
      return askTeacher(decision, deed)
    case 'confirm':
    case 'deny':
      return answerConfirmation(decision, deed)
    case 'accept':
      return acceptReply(decision, deed)
    case 'ask-photo':
      return askPhoto(decision, deed)
    case 'ask-which':
      return askWhich(decision, deed)
    case 'place':
      return placeMail(decision, deed)
    case 'command':
      return runCommand(decision, deed)
    case 'take-correction':
      return takeCorrection(decision, deed)
    case 'take-remarks':
      return takeRemarks(decision, deed)
    case 'answer-question':
      return answerQuestion(decision, deed)
  }
}
