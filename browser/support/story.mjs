// A story in parts, each of which goes on where the one before it ended.

/** Gives what tells a part; after one that failed, the others are not told. */
export function parts(story) {
  let isOver = false;
  return (name, tell) => story.test(name, { skip: isOver && "an earlier part failed" }, async () => {
    await tell().catch((error) => { isOver = true; throw error; });
  });
}
