# One image for web, worker, scheduler, migrations and commands. No compiler and no servers of our own inside.
# The client's files as they are delivered: bundled and compressed.
FROM debian:13-slim AS client
RUN apt-get update && apt-get install -y --no-install-recommends nodejs npm \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/perch
COPY tools/client tools/client
RUN npm --prefix tools/client ci --ignore-scripts --no-audit --no-fund
COPY static static
RUN node tools/client/bundle.js static static/bundle

FROM debian:13-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
        python3 python3-venv python3-dev gcc libc6-dev \
        libjpeg62-turbo-dev zlib1g-dev libwebp-dev liblcms2-dev libtiff-dev \
    && rm -rf /var/lib/apt/lists/*
# tracing: with what OpenTelemetry needs (docs/traces.md)
ARG LOCK=production
WORKDIR /opt/perch
COPY config/locks config/locks
RUN python3 -m venv .venv \
    && .venv/bin/pip install --no-cache-dir --require-hashes -r config/locks/${LOCK}.txt \
    && .venv/bin/pip install --no-cache-dir --no-deps --require-hashes \
        --target .venv/pillow-simd -r config/locks/pillow-simd.txt
COPY pyproject.toml README.md LICENSE ./
COPY config config
COPY server server
COPY storage storage
COPY tasks tasks
COPY --from=client /opt/perch/static static
COPY tools/client/build_hook.py tools/client/
RUN .venv/bin/pip install --no-cache-dir --no-deps . \
    && .venv/bin/python -m compileall -q .venv/lib

FROM debian:13-slim
RUN apt-get update && apt-get install -y --no-install-recommends \
        python3 postgresql-client-17 tini \
        libjpeg62-turbo zlib1g libwebp7 libwebpmux3 libwebpdemux2 liblcms2-2 libtiff6 ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin perch \
    && install -d -o perch -g perch -m 700 /data
COPY --from=build /opt/perch/.venv /opt/perch/.venv
# The root file system may be read-only: what is written goes to /data and, for a moment, to /tmp.
ENV PATH=/opt/perch/.venv/bin:$PATH HOST=0.0.0.0 PORT=8000 DATA_DIR=/data \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
# tini is process 1: it passes signals on, and buries what nobody waits for.
ENTRYPOINT ["tini", "--"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["python3", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health/ready', timeout=4)"]
CMD ["perch", "serve"]
