using KestrelL4.RateLimiting;
using KestrelL4.Registry;
using KestrelL4.Testing.Certificates;
using KestrelL4.Tls;

namespace KestrelL4.Tests;

/// <summary>Whom tests trust: one client authority, and clients by the serial numbers that it issued.</summary>
internal static class Trusted
{
    public static readonly TestAuthority Issuer = TestAuthority.CreateRoot();
    public static readonly ClientAuthority Authority = new("main", [.. Issuer.Chain()]);

    public static ClientCertificate Certificate(string serialNumber, ClientAuthority? authority = null, DateTimeOffset? notAfter = null) => new(
        authority ?? Authority,
        CertificateId.Create((authority ?? Authority).Name, serialNumber),
        notAfter ?? DateTimeOffset.MaxValue);

    /// <summary>A client with a grant for each application.</summary>
    public static Client Client(string name, params string[] applications) => new()
    {
        Name = name,
        Grants = applications.ToDictionary(static application => application, static _ => new Grant(), StringComparer.OrdinalIgnoreCase),
    };

    public static RegistrySnapshot Registry(params (string SerialNumber, Client Client)[] clients) => new(
        clients.Select(static entry => KeyValuePair.Create(CertificateId.Create(Authority.Name, entry.SerialNumber), entry.Client)), 1);

    public static ClientTrust Trust(params (string SerialNumber, Client Client)[] clients) => new([Authority], Registry(clients));

    /// <summary>A list of the authority that names serial numbers in hex of an even length.</summary>
    public static RevocationList List(DateTimeOffset thisUpdate, params string[] serialNumbers)
    {
        byte[] content = Issuer.RevocationList(1, thisUpdate, thisUpdate.AddDays(1), serialNumbers).Der;
        Assert.True(RevocationList.TryRead(content, Authority.Chain[0], thisUpdate, out RevocationList? list, out string? problem), problem);
        return list;
    }

    /// <summary>A connection whose handshake has succeeded.</summary>
    public static ProxiedConnection Open(Application application, ClientCertificate certificate)
    {
        ProxiedConnection connection = application.Open(ConnectionIds.Next(), null);
        connection.Certificate = certificate;
        return connection;
    }

    /// <summary>A handler without limits of clients.</summary>
    public static ApplicationConnectionHandler Handler(Application application, TrustInForce inForce, TimeProvider time) =>
        new(application, inForce, new ClientLimits(RateLimit.None, time), time);
}
