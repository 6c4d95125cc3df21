/** Every bound on what a hostile mail may cost, in one place (THREATS d). Numbers only. */

export const limits = {
  /** Octets of the head that are read; the rest of a longer head is skipped. */
  headBytes: 256 * 1024,
  headFields: 1000,
  addresses: 200,
  references: 100,
  /** Nesting of multiparts, counted through forwarded messages. */
  mimeDepth: 30,
  mimeParts: 1000,
  /** Head of a part inside the message. */
  partHeadBytes: 64 * 1024,
  /** message/rfc822 inside message/rfc822, also S/MIME layers. */
  forwardDepth: 10,
  /** Files taken out of one mail, whatever they stood in. */
  files: 500,
  zipEntries: 200,
  zipBytes: 200 * 1024 * 1024,
  zipRatio: 200,
  tnefAttributes: 10_000,
  /** Characters of a text or HTML body that are looked at. */
  bodyChars: 2_000_000,
  filenameChars: 100,
} as const
