/** The objects a PDF is made of, from the parts of the package that hold them: its whole index also loads fonts, pictures and forms that a pile never uses (50 ms of each start). */
export { default as PDFContext } from 'pdf-lib/cjs/core/PDFContext'
export { default as PDFDict } from 'pdf-lib/cjs/core/objects/PDFDict'
export { default as PDFHexString } from 'pdf-lib/cjs/core/objects/PDFHexString'
export { default as PDFName } from 'pdf-lib/cjs/core/objects/PDFName'
export { default as PDFObject } from 'pdf-lib/cjs/core/objects/PDFObject'
export { default as PDFRawStream } from 'pdf-lib/cjs/core/objects/PDFRawStream'
export { default as PDFRef } from 'pdf-lib/cjs/core/objects/PDFRef'
export { default as PDFString } from 'pdf-lib/cjs/core/objects/PDFString'
