// The OpenAI Node SDK talks to a bot. Found in the environment: CHAT_URL, BOT_TOKEN, POOR_TOKEN, BROKEN_TOKEN.
import { createRequire } from "node:module";

const { default: OpenAI } = createRequire(`${process.env.NODE_FOLDER}/`)("openai");
const { CHAT_URL: baseURL, BOT_TOKEN, POOR_TOKEN, BROKEN_TOKEN } = process.env;
const APOLOGY = "I'm having trouble reaching the AI right now, please try again.";
const messages = [{ role: "user", content: "Hello there" }];
const clientOf = (apiKey) => new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const client = clientOf(BOT_TOKEN);
const ask = (fields = {}, options = {}, own = client) =>
  own.chat.completions.create({ model: "default", messages, ...fields }, options);
const textOf = (reply) => reply.choices[0].message.content;

const cases = {
  async whole() {
    const reply = await ask();
    return textOf(reply).includes("Hello there") && reply.usage.total_tokens > 0;
  },
  async stream() {
    let [text, reason] = ["", null];
    for await (const chunk of await ask({ stream: true })) {
      text += chunk.choices[0]?.delta.content ?? "";
      reason = chunk.choices[0]?.finish_reason ?? reason;
    }
    return text.includes("Hello there") && reason === "stop";
  },
  async stream_usage() {
    let last;
    for await (const chunk of await ask({ stream: true, stream_options: { include_usage: true } })) last = chunk;
    return last.usage.completion_tokens > 0 && last.choices.length === 0;
  },
  async stream_context() {
    const runner = client.chat.completions.stream({ model: "default", messages });
    return textOf(await runner.finalChatCompletion()).includes("Hello there");
  },
  async history() {
    const own = [
      { role: "developer", content: "Be brief." },
      { role: "user", content: "One" },
      { role: "assistant", content: "1" },
      { role: "user", content: [{ type: "text", text: "Hello " }, { type: "text", text: "there" }] },
    ];
    return textOf(await ask({ messages: own })).includes("Hello there");
  },
  async conversation() {
    await ask({ conversation: "node-sdk" });
    await ask({ conversation: "node-sdk" });
    const found = await client.get("/conversations/node-sdk");
    return found.turns.length === 2 && found.turns.every((turn) => turn.status === "completed");
  },
  async parameters() {
    const reply = await ask({ user: "user-1", max_completion_tokens: 200, temperature: 0.5, metadata: { a: "b" } });
    return reply.choices[0].finish_reason === "stop" && typeof reply.mevichat.ignored_parameters === "object";
  },
  async raw_headers() {
    const { data, response } = await ask().withResponse();
    return response.headers.get("Mevichat-Turn-Status") === "completed" && textOf(data).length > 0;
  },
  async idempotency() {
    const options = { headers: { "Idempotency-Key": "node-sdk" } };
    return (await ask({}, options)).id === (await ask({}, options)).id;
  },
  async later() {
    const response = await ask({}, { headers: { Prefer: "respond-async" } }).asResponse();
    return response.status === 202 && response.headers.get("Location").startsWith("/v1/turns/");
  },
  async json_mode() {
    return (await ask({ response_format: { type: "json_object" } })).choices[0].finish_reason === "stop";
  },
  async failed_turn() {
    const reply = await ask({}, {}, clientOf(BROKEN_TOKEN));
    return textOf(reply) === APOLOGY && reply.mevichat.status === "failed";
  },
  async models() {
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    return ids.includes("gpt-5-mini");
  },
  one_model: async () => (await client.models.retrieve("gpt-5-mini")).owned_by === "openai",
  wrong_token: () => ask({}, {}, clientOf(`mvb_${"w".repeat(43)}`)),
  unknown_model: () => ask({ model: "gpt-2" }),
  bad_field: () => ask({ temperature: "warm" }),
  no_quota: () => ask({}, {}, clientOf(POOR_TOKEN)),
  async tools() {
    const tool = { type: "function", function: { name: "look", parameters: { type: "object", properties: {} } } };
    const reply = await ask({ tools: [tool] });
    return !reply.choices[0].message.tool_calls && "tools" in reply.mevichat.ignored_parameters
      ? "a text, no tool call" : JSON.stringify(reply);
  },
  image: () => ask({ messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:," } }] }] }),
  async two_choices() {
    const reply = await ask({ n: 2 });
    return reply.choices.length === 1 && "n" in reply.mevichat.ignored_parameters ? "one choice" : JSON.stringify(reply);
  },
  embeddings: () => client.embeddings.create({ model: "default", input: "Hello" }),
  responses: () => client.responses.create({ model: "default", input: "Hello" }),
};

for (const [name, run] of Object.entries(cases)) {
  let outcome;
  try {
    const seen = await run();
    outcome = seen === true ? "works" : typeof seen === "string" ? seen : `wrong: ${JSON.stringify(seen)}`;
  } catch (error) {
    outcome = error.status ? `${error.constructor.name} ${error.status}` : `${error.constructor.name}: ${error.message}`;
  }
  console.log(JSON.stringify({ case: name, outcome: outcome.slice(0, 300) }));
}
