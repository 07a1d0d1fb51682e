namespace KestrelL4.Bench.Proxies;

/// <summary>nginx of the distribution with its stream module, as one process: only one process is measured.</summary>
internal sealed record NginxKind() : ProxyKind("nginx", "nginx")
{
    private const string Modules = "/usr/lib/nginx/modules/ngx_stream_module.so";

    public override string Executable => "/usr/sbin/nginx";

    public override string Remedy => "apt-get install nginx libnginx-mod-stream";

    public override async Task<ProxyCommand> ConfigureAsync(ProxySetting setting, string directory, int port)
    {
        string module = File.Exists(Modules) ? $"load_module {Modules};" : "";
        string configuration = $$"""
            {{module}}
            daemon off;
            master_process off;
            pid {{directory}}/nginx.pid;
            error_log stderr crit;
            worker_rlimit_nofile 65536;
            events { worker_connections 20000; }
            stream {
                access_log off;
                upstream bench {
                    least_conn;
                    server 127.0.0.1:{{setting.FirstUpstream}};
                    server 127.0.0.1:{{setting.SecondUpstream}};
                }
                server {
                    listen 127.0.0.1:{{port}} ssl backlog=4096;
                    ssl_certificate {{setting.Certificates.Server}};
                    ssl_certificate_key {{setting.Certificates.ServerKey}};
                    ssl_client_certificate {{setting.Certificates.Authority}};
                    ssl_verify_client on;
                    ssl_protocols TLSv1.3;
                    ssl_conf_command Ciphersuites TLS_AES_256_GCM_SHA384;
                    proxy_pass bench;
                    proxy_timeout 1h;
                }
            }

            """;
        string file = Path.Combine(directory, "nginx.conf");
        await File.WriteAllTextAsync(file, configuration);
        return new ProxyCommand(["-p", directory, "-c", file]);
    }
}
