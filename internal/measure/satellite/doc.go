// Package satellite computes the size of the digital economy by each of the definitions in use, as accounts beside the
// national accounts: the NSO's core plus digitalised part, the provincial core plus spill-over of the Ministry of
// Information and Communications, the product ratio of the BEA and OECD, the OECD's digital supply-use tables, the ADB's
// input-output equation, the three components of Nghị định 94/2022/NĐ-CP, shares of sectors and concentration.
//
// Each definition is a figure of its own: nothing here adds or compares figures of two definitions. What belongs to the
// digital economy is never written in the code; it comes in as a dated List or FractionList, and its ID goes out with the result.
//
// Everything is a pure function of its arguments: no files, clock, global state or chance; arguments are never changed.
// A NaN or an infinity is an error that names the place. A figure without a source is Missing, never zero, and a sum with a
// missing part is missing. Money has one unit throughout a call; shares are fractions. Taxes less subsidies on products
// belong to the denominator only.
//
// Sources: Nghị định 94/2022/NĐ-CP; BEA, Defining and Measuring the Digital Economy (2018); OECD, Handbook on Compiling
// Digital Supply and Use Tables (2023); ADB, Capturing the Digital Economy (2021).
package satellite
