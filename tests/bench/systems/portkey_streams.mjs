// Loaded before Portkey's gateway for the streams only. On current Node.js the release answers every stream with 500,
// since it adds headers to a response whose headers may not change. This gives it one whose headers may.
const fetchAsIs = globalThis.fetch;
const PlainResponse = globalThis.Response;
globalThis.fetch = async (...request) => {
  const answer = await fetchAsIs(...request);
  return new PlainResponse(answer.body, answer);
};
