# Every target does its own set-up from a fresh checkout; `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
ASSETS := web/static/dist/manifest.json

# Tests start hundreds of processes of ours: they compile once, not each for itself.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo serve pictures test crash mail-quality lint check bench lock

help: ## what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(READY): pyproject.toml requirements-dev.txt tools/set-up-python
	@tools/set-up-python $(VENV) $(PYTHON)
	@touch $@

# The demo's own home, whatever the environment or .env says.
DEMO := BUURTPOST_HOME=var/demo BUURTPOST_DATABASE_URL= BUURTPOST_BROKER_URL= BUURTPOST_PROVIDER=outbox

$(ASSETS): $(READY) $(shell find web/assets -type f -not -path '*/node_modules/*')
	@$(BIN)/python tools/build_assets.py
	@touch $@

demo: $(READY) ## set everything up and mail the demo issue to the outbox
	@$(BIN)/buurtpost demo

serve: $(READY) $(ASSETS) ## open the desk on the demo's data; prints a sign-in link
	@[ -e var/demo/this-is-a-demo ] || $(BIN)/buurtpost demo
	@$(DEMO) $(BIN)/buurtpost staff add redactie@buurtwijs.example --role chief
	@$(DEMO) $(BIN)/buurtpost serve

pictures: $(READY) $(ASSETS) ## follow docs/editors.md in a browser and take its pictures anew
	@tools/set-up-debian $(BIN)/python
	@$(DEMO) $(BIN)/python tools/take_pictures.py

# Two workers more than two cores: a third of the tests' time they wait.
test: $(READY) ## all tests, on SQLite and PostgreSQL, with a real SMTP server and browser
	@tools/set-up-debian $(BIN)/python
	@$(BIN)/pytest -n 4 --dist worksteal

crash: $(READY) ## the long fault run: hundreds of kills and everything else that can go wrong
	@$(BIN)/pytest tests/faults --crash --tb=short $(CRASH)

mail-quality: $(READY) ## many generated mails through every linter; MAILS="--generated 500 --generated-seed 7" for others
	@tools/set-up-debian $(BIN)/python
	@$(BIN)/pytest tests/mail_quality -n 2 --dist worksteal --tb=short -vv --generated 80 $(MAILS)

lint: $(READY) ## format, lint, types and import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

check: lint test ## lint and test: what CI calls

bench: $(READY) ## the figures, as a table and as JSON in var/bench; PARTS="freezing scale" for some
	@$(BIN)/python -m benchmarks $(PARTS)

lock: $(READY) ## write the locked requirements anew
	@$(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --group dev --extra celery pyproject.toml -o requirements-dev.txt
