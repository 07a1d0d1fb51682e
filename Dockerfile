# The node in a container: configuration and certificates are mounted, the state directory is a volume.
#   docker build -t kestrell4 .
#   docker run -v ./appsettings.json:/etc/kestrell4/appsettings.json:ro -v ./pki:/etc/kestrell4/pki:ro -p 9443:9443 kestrell4

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
# The owner of a new volume is that of the directory it is mounted over, and the node refuses one that is open to others.
RUN dotnet publish src/KestrelL4.Cli --configuration Release --output /app && mkdir -m 0700 /state

FROM mcr.microsoft.com/dotnet/aspnet:10.0
COPY --from=build /app /opt/kestrell4
COPY --from=build --chown=$APP_UID:$APP_UID --chmod=0700 /state /var/lib/kestrell4
ENV STATE_DIRECTORY=/var/lib/kestrell4
VOLUME /var/lib/kestrell4
WORKDIR /etc/kestrell4
USER $APP_UID
# SIGTERM drains; give `docker stop` more time than Drain:Delay and Drain:Timeout together.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/kestrell4/kestrell4"]
CMD ["run"]
