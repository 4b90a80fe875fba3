-- wrk's script: sends requests read from a file in turn, and counts every answer that is not the expected one.
-- Arguments: the file (for each request its length, a line end, its bytes), and the text that an answer must hold.
local requests, next_request, expected = {}, 0, ""
local threads = {}
wrong, sample = 0, ""

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  local file = assert(io.open(args[1], "rb"))
  for length in file:lines() do
    table.insert(requests, file:read(tonumber(length)))
  end
  file:close()
  expected = args[2]
end

function request()
  next_request = next_request % #requests + 1
  return requests[next_request]
end

function response(status, headers, body)
  if status ~= 200 or not string.find(body, expected, 1, true) then
    wrong = wrong + 1
    if wrong == 1 then
      sample = status .. " " .. string.gsub(string.sub(body, 1, 300), "%s+", " ")
    end
  end
end

function done(summary, latency, _)
  local errors = summary.errors
  local wrong_in_all = 0
  for _, thread in ipairs(threads) do
    wrong_in_all = wrong_in_all + thread:get("wrong")
    if thread:get("wrong") > 0 then
      print("WRONG " .. thread:get("sample"))
    end
  end
  print(string.format(
    'RESULT {"requests": %d, "microseconds": %d, "wrong": %d, "socket_errors": %d, "timeouts": %d, '
      .. '"p50": %d, "p95": %d, "p99": %d}',
    summary.requests, summary.duration, wrong_in_all, errors.connect + errors.read + errors.write, errors.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
