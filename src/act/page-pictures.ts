/** The small pictures of pages that a mail shows: which page has which, and the parts that bring them. */
import { type Page } from '../store/submissions'
import type { OutgoingAttachment } from '../text/outgoing-mail'

/** Most in one mail: beyond that a list says it shorter. */
const mostPictures = 24

export interface PagePictures {
  /** Content-ID of each page's picture, in the order given; null: it has none. */
  cids: (string | null)[]
  attachments: OutgoingAttachment[]
}

export function picturesOf(pages: Pick<Page, 'thumbnail'>[], domain: string): PagePictures {
  const attachments: OutgoingAttachment[] = []
  const cids = pages.map(({ thumbnail }, index) => {
    if (thumbnail === null || attachments.length >= mostPictures) return null
    const cid = `${thumbnail.slice(0, 16)}.${index + 1}@${domain}`
    attachments.push({ blob: thumbnail, filename: `page-${index + 1}.jpg`, mediaType: 'image/jpeg', disposition: 'inline', cid })
    return cid
  })
  return { cids, attachments }
}
