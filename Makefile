# SPDX-License-Identifier: Apache-2.0
# Short names for the presets of CMakePresets.json and the scripts in tools/.

PREFIX ?= /usr/local
PRESET ?= release

.PHONY: help demo test bench build install format lint clean

help:
	@echo 'make demo                run the example pipeline on the flights of 2013'
	@echo 'make test                build, and run all tests'
	@echo 'make bench               measure discovery, look-ups, the log and graphs beside other systems'
	@echo 'make build               build; PRESET=dev, asan or tsan for another than release'
	@echo 'make install PREFIX=DIR  install the library and the command; default: /usr/local'
	@echo 'make format              format the sources'
	@echo 'make lint                check format, layers and clang-tidy'
	@echo 'make clean               remove all builds'

demo:
	@tools/setup
	@tools/build release rota_cli flights_data flights_release
	@tools/demo

test:
	@tools/setup test
	@tools/build $(PRESET)
	@ctest --preset $(PRESET) -j $$(nproc)

bench:
	@tools/setup
	@tools/setup bench || echo 'make bench: what is missing is left out'
	@cmake --preset bench --log-level=WARNING
	@tools/build bench rota_benchmarks
	@.venv/bin/python benchmarks/run.py --large build/bench

build:
	@tools/setup
	@tools/build $(PRESET)

install:
	@tools/setup
	@tools/build release
	@cmake --install build/release --prefix '$(abspath $(PREFIX))'

format:
	@tools/setup lint
	@tools/format

lint:
	@tools/setup lint
	@tools/format --check
	@.venv/bin/python tools/check_layers
	@tools/build tidy

clean:
	rm -rf build
