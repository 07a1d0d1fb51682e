namespace KestrelL4.Server.Configuration;

/// <summary>What a probe asks of an upstream.</summary>
internal enum ProbeKind
{
    /// <summary>That it accepts a connection.</summary>
    Tcp,

    /// <summary>That it accepts a connection and completes a TLS handshake.</summary>
    Tls,

    /// <summary>That it answers a GET with a status from 200 to 299.</summary>
    Http,

    /// <summary>The same over TLS.</summary>
    Https,
}

/// <summary>What follows from a kind of probe.</summary>
internal static class ProbeKindExtensions
{
    /// <summary>Whether a GET is sent.</summary>
    public static bool IsHttp(this ProbeKind kind) => kind is ProbeKind.Http or ProbeKind.Https;

    /// <summary>Whether it is asked over TLS.</summary>
    public static bool IsTls(this ProbeKind kind) => kind is ProbeKind.Tls or ProbeKind.Https;
}
