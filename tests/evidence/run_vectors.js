/* Runs the core of verify_bundle.html over the vectors; see test_vectors.py. `lines` are those of vectors.jsonl. */
function runVectors(verifier, lines) {
  const files = new Map();
  const bytesOf = (text) => {
    const found = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at++) found[at] = text.charCodeAt(at);
    return found;
  };
  function dataOf(entry) {
    if ("of" in entry) {
      const whole = files.get(entry.of);
      return bytesOf(whole.slice(0, entry.at) + entry.insert + whole.slice(entry.at + entry.remove));
    }
    if (!("unit" in entry)) return bytesOf(entry.data);
    const counted = entry.unit.includes("{n}"), parts = [];
    for (let n = 0; counted && n < entry.count; n++) parts.push(entry.unit.replace("{n}", String(n).padStart(6, "0")));
    return bytesOf(entry.prefix + (counted ? parts.join("") : entry.unit.repeat(entry.count)) + entry.suffix);
  }
  return lines.filter(Boolean).map((line) => {
    const entry = JSON.parse(line), data = dataOf(entry);
    if (entry.base) files.set(entry.name, entry.data);
    try {
      const bundle = verifier.openBundle(data);
      if (!("issuer" in entry)) return [0, null];
      const keys = entry.keys.map((key) => verifier.readKey(key, "key"));
      return [0, verifier.issuerAnswer(bundle, keys, verifier.secondsOf(entry.time))[0]];
    } catch (error) {
      return [error instanceof verifier.Refused ? error.code : `${error.name}: ${error.message}`, null];
    }
  });
}
