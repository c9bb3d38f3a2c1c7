# Every recipe installs what it needs first; a second run installs nothing.
PYTHON := .venv/bin/python
export QIANCHANG_STATE ?= $(CURDIR)/var

.DEFAULT_GOAL := help
.PHONY: help demo up test test-fast test-postgresql check lock messages bench-media bench-disc bench-attendance bench-roster bench-search bench-quota simulate-programme bench-watch bench-pages watch-hour clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: ## do the main job on a recording and stay up (RECORDING=path, STAY=0 to exit, PORT=8000)
	@deploy/bootstrap run
	@$(PYTHON) manage.py demo $(if $(RECORDING),--recording "$(RECORDING)") $(if $(PORT),--port $(PORT)) $(if $(filter 0,$(STAY)),--no-stay)

up: ## start the same site without the demo; Ctrl-C stops it (PORT=8000)
	@deploy/bootstrap run
	@$(PYTHON) manage.py up $(if $(PORT),--port $(PORT))

test: ## every test: the fast suite, then media, browser and whole-site suites
	@deploy/bootstrap test
	@deploy/run-tests

test-fast: ## only the fast suite (no ffmpeg, no browser)
	@deploy/bootstrap test
	$(PYTHON) -m pytest -q -n 2 --timeout 300 -m "not media and not browser and not stack"

test-postgresql: ## the fast suite on PostgreSQL, as a user whom row-level security binds (TESTS="tests/courses -x")
	@deploy/bootstrap test
	$(PYTHON) -m tests.on_postgresql $(or $(TESTS),-n 2)

check: ## lint, types, import contracts, missing migrations and translations
	@deploy/bootstrap test
	@deploy/run-checks

lock: ## resolve the dependencies again (hashes, no addresses)
	@deploy/bootstrap test
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header requirements/base.in -o requirements/base.txt
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header requirements/dev.in -o requirements/dev.txt

messages: ## collect the strings into the translation catalogue
	@deploy/bootstrap test
	$(PYTHON) manage.py makemessages -l zh_Hans --no-wrap --no-location --no-obsolete -i frontend -i var -i .venv -i tests

bench-media: ## our ladder beside a bare encode and two known systems, 12 minutes (RECORDING=path, TRUTH=path, CAMERA=path, SECONDS=120)
	@deploy/bootstrap test
	@$(PYTHON) -m benchmarks.media $(if $(RECORDING),--recording "$(RECORDING)") $(if $(TRUTH),--truth "$(TRUTH)") $(if $(CAMERA),--camera "$(CAMERA)") $(if $(SECONDS),--seconds $(SECONDS))

bench-disc: ## two DVD-Video images of one master: cost, and what lsdvd, libdvdnav, mpv and OCR find, 10 minutes (RECORDING=path, TRUTH=path, SECONDS=120, TIMES=10, LAYER=1)
	@deploy/bootstrap test
	@$(PYTHON) -m benchmarks.disc $(if $(RECORDING),--recording "$(RECORDING)") $(if $(TRUTH),--truth "$(TRUTH)") $(if $(SECONDS),--seconds $(SECONDS)) $(if $(TIMES),--times $(TIMES)) $(if $(filter 1,$(LAYER)),--layer)

bench-attendance: ## reports of watching beside an empty view, on SQLite and PostgreSQL, 3 minutes (SECONDS=10)
	@deploy/bootstrap test
	@$(PYTHON) -m benchmarks.attendance $(if $(SECONDS),--seconds $(SECONDS))

bench-roster: ## a roster of 45,000 with mistakes of 25 kinds: imported, sent again, undone, on SQLite and PostgreSQL, 5 minutes (ROWS=45000)
	@deploy/bootstrap test
	@$(PYTHON) -m benchmarks.roster $(if $(ROWS),--rows $(ROWS))

bench-quota: ## a simulated programme of three years with a million completions, recounted, and the time of the board, on SQLite and PostgreSQL, 15 minutes (SESSIONS=1000, COMPLETIONS=1000000)
	@deploy/bootstrap test
	@$(PYTHON) -m benchmarks.quota $(if $(SESSIONS),--sessions $(SESSIONS)) $(if $(COMPLETIONS),--completions $(COMPLETIONS))

simulate-programme: ## the same programme on SQLite alone: counted totals beside a recount from the raw rows (SESSIONS=1000, COMPLETIONS=1000000)
	@deploy/bootstrap test
	@$(PYTHON) -m benchmarks.quota --only sqlite --tell $(if $(SESSIONS),--sessions $(SESSIONS)) $(if $(COMPLETIONS),--completions $(COMPLETIONS))

bench-search: ## forty Chinese searches over 400 lectures and 30,000 paragraphs on SQLite and PostgreSQL, 10 minutes (LECTURES=400, PARAGRAPHS=30000)
	@deploy/bootstrap test
	@$(PYTHON) -m benchmarks.search $(if $(LECTURES),--lectures $(LECTURES)) $(if $(PARAGRAPHS),--paragraphs $(PARAGRAPHS))

bench-pages: ## every public page against its budgets, over 400 lectures and 30,000 paragraphs, 8 minutes (LECTURES=400)
	@deploy/bootstrap test
	@$(PYTHON) -m benchmarks.pages $(if $(LECTURES),--lectures $(LECTURES))

bench-watch: ## the player in Chromium on three bad lines, 35 minutes each (LINK=150, 256 or 512, MINUTES=10, RELAY=1)
	@deploy/bootstrap test
	@$(PYTHON) -m benchmarks.watch $(if $(LINK),--link $(LINK)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(RELAY),--relay)

watch-hour: ## one lecture in real time on 256 kbit/s, the line lost twice: are the credited seconds those that were played? (MINUTES=60)
	@deploy/bootstrap test
	@$(PYTHON) -m benchmarks.watch.hour $(if $(MINUTES),--minutes $(MINUTES)) $(if $(LINK),--link $(LINK)) $(if $(RELAY),--relay)

clean: ## remove the site's state and everything that was built (asks nothing)
	rm -rf var static/dist .venv frontend/node_modules .mypy_cache .ruff_cache .pytest_cache
