-- The load: one kiosk's request for a ticket, each with an Idempotency-Key of its own.
local count, run
local headers = {["Content-Type"] = "application/json"}

function init(args)
  headers["Authorization"] = "Bearer " .. args[1]
  run = args[2]
  count = 0
end

function request()
  count = count + 1
  headers["Idempotency-Key"] = run .. "-" .. count
  return wrk.format("POST", nil, headers, '{"category":"D","matters":[],"language":"zh"}')
end
