-- wrk: targets from a file, one a line: KIND TARGET; each answer's time by kind.  The clock is that of wrk's thread, one thread a
-- client, so that what lies between request and response is one answer.
local clock
do
	local ok, ffi = pcall(require, "ffi")
	ffi.cdef[[ typedef struct { long s, ns; } heloscope_time; int clock_gettime(int, heloscope_time *); ]]
	local t = ffi.new("heloscope_time")
	clock = function() ffi.C.clock_gettime(1, t); return tonumber(t.s) * 1e3 + tonumber(t.ns) / 1e6 end
end

local threads = {}
function setup(thread)
	thread:set("id", #threads)
	table.insert(threads, thread)
end

function init(args)
	kinds, targets, at, began = {}, {}, 0, 0
	lines = {} -- "KIND STATUS MS"
	for line in io.lines(args[1]) do
		local kind, target = line:match("^(%S+) (%S+)$")
		if kind then
			table.insert(kinds, kind)
			table.insert(targets, target)
		end
	end
	at = (id * 7) % #targets
end

function request()
	at = at % #targets + 1
	began = clock()
	return wrk.format("GET", targets[at])
end

function response(status)
	table.insert(lines, string.format("%s %d %.2f %s", kinds[at], status, clock() - began, targets[at]))
	times = table.concat(lines, "\n")
end

function done()
	local out = io.open(os.getenv("LOAD_OUT"), "w")
	for _, thread in ipairs(threads) do
		out:write(thread:get("times") or "", "\n")
	end
	out:close()
end
