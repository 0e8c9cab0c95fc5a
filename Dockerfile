# The server of a team over HTTP. Nothing is installed that requirements-image.lock does not name with its hashes.
FROM python:3.13-slim AS build
WORKDIR /source
RUN python -m venv /app
COPY requirements-image.lock ./
RUN /app/bin/pip install --no-cache-dir --require-hashes --requirement requirements-image.lock
COPY . .
RUN /app/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheel . \
    && /app/bin/pip install --no-cache-dir --no-deps --no-index /wheel/*.whl \
    && /app/bin/pip uninstall --yes setuptools pip \
    # Compiles the pages for search, which the user of the image may not write.
    && /app/bin/openchannels-mcp docs search limits > /dev/null

FROM python:3.13-slim
# Settings, tokens and whatever else is kept are in /var/lib/openchannels-mcp; nothing else needs to be writable.
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/openchannels-mcp openchannels
ENV PATH=/app/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 XDG_CONFIG_HOME=/var/lib
COPY --from=build /app /app
USER 10001
EXPOSE 8023
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s \
    CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('OPENCHANNELS_HTTP_PORT') or 8023), timeout=3); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["openchannels-mcp"]
CMD ["serve", "--transport", "http", "--host", "0.0.0.0"]
