// How this program says that it cannot go on.

/** Ends the program with a sentence. */
export function fail(sentence) {
  console.error(`make_estate: ${sentence}`);
  process.exit(1);
}
