namespace KestrelL4.Bench.Proxies;

/// <summary>haproxy of the distribution, with the given extra lines over its defaults.</summary>
internal sealed record HaproxyKind : ProxyKind
{
    private readonly string _bindOptions;
    private readonly string _globalLines;

    private HaproxyKind(string key, string title, string bindOptions, string globalLines)
        : base(key, title)
    {
        _bindOptions = bindOptions;
        _globalLines = globalLines;
    }

    /// <summary>As the package leaves it.</summary>
    public static HaproxyKind Default { get; } = new("haproxy", "haproxy default", "", "");

    /// <summary>With what is known to make it cheaper: buffers of 64 KiB and no session tickets.</summary>
    public static HaproxyKind Tuned { get; } = new("tuned", "haproxy tuned", " no-tls-tickets", "tune.bufsize 65536");

    public override string Executable => "/usr/sbin/haproxy";

    public override string Remedy => "apt-get install haproxy";

    public override async Task<ProxyCommand> ConfigureAsync(ProxySetting setting, string directory, int port)
    {
        string configuration = $"""
            global
                nbthread 2
                maxconn 9600
                ssl-default-bind-ciphersuites TLS_AES_256_GCM_SHA384
                ssl-default-bind-options ssl-min-ver TLSv1.3{_bindOptions}
                {_globalLines}
            defaults
                mode tcp
                timeout connect 3s
                timeout client 1h
                timeout server 1h
            frontend bench
                bind 127.0.0.1:{port} ssl crt {setting.Certificates.ServerBundle} ca-file {setting.Certificates.Authority} verify required
                default_backend upstreams
            backend upstreams
                balance leastconn
                server a 127.0.0.1:{setting.FirstUpstream}
                server b 127.0.0.1:{setting.SecondUpstream}

            """;
        string file = Path.Combine(directory, "haproxy.cfg");
        await File.WriteAllTextAsync(file, configuration);
        return new ProxyCommand(["-db", "-f", file]);
    }
}
