using System.Diagnostics;
using KestrelL4.Registry;
using KestrelL4.Tls;

namespace KestrelL4.Tests.Authentication;

/// <summary>Refusing costs the same order of work whoever is refused and however many are registered, so that nobody learns from it whom we know.</summary>
public sealed class RefusalSamenessTests
{
    private const int Many = 100_000;
    private const int Rounds = 20_000;

    // A search through all of many would be slower by thousands; a busy machine makes one of two equal things look slower by a few.
    private const double SameOrder = 20;

    [Fact]
    public void Admit_UnknownKnownAndRevoked_CostTheSameOrderOfWorkInASmallAndALargeRegistry()
    {
        Dictionary<string, TimeSpan> costs = [];
        foreach (int clients in (int[])[10, Many])
        {
            Application application = new("echo", []);
            ApplicationConnectionHandler handler = Trusted.Handler(application, new TrustInForce(TrustOf(clients)), TimeProvider.System);
            costs[$"unknown among {clients}"] = CostOf(handler, application, "FFFFFFFF", CloseReason.UnknownClient);
            costs[$"not granted among {clients}"] = CostOf(handler, application, "0A0001", CloseReason.NotAuthorized);
            costs[$"disabled among {clients}"] = CostOf(handler, application, "0A0002", CloseReason.ClientDisabled);
            costs[$"revoked by its issuer among {clients}"] = CostOf(handler, application, "0A0003", CloseReason.RevokedCertificate);
            costs[$"revoked by the registry among {clients}"] = CostOf(handler, application, "0A0004", CloseReason.RevokedCertificate);
        }

        Assert.True(
            costs.Values.Max() < SameOrder * costs.Values.Min(),
            string.Join("; ", costs.Select(static cost => $"{cost.Key}: {cost.Value.TotalNanoseconds:0} ns")));
    }

    private static ClientTrust TrustOf(int clients)
    {
        IEnumerable<KeyValuePair<CertificateId, Client>> all = Enumerable.Range(1, clients).Select(static number => KeyValuePair.Create(
            CertificateId.Create("main", $"0A{number:X4}"), Trusted.Client($"client-{number}", "other") with { Disabled = number == 2 }));
        ClientAuthority authority = new("main", Trusted.Authority.Chain)
        {
            RevocationList = Trusted.List(TimeProvider.System.GetUtcNow().AddMinutes(-1), "0A0003"),
        };
        return new ClientTrust(
            [authority], new RegistrySnapshot(all, 1) { Revoked = new HashSet<CertificateId> { CertificateId.Create("main", "0A0004") } });
    }

    // The best of several, for whatever else the machine does only adds to it.
    private static TimeSpan CostOf(ApplicationConnectionHandler handler, Application application, string serialNumber, CloseReason expected)
    {
        using ProxiedConnection connection = Trusted.Open(application, Trusted.Certificate(serialNumber));
        TimeSpan best = TimeSpan.MaxValue;
        for (int series = 0; series < 5; series++)
        {
            long began = Stopwatch.GetTimestamp();
            for (int round = 0; round < Rounds; round++)
            {
                Assert.True(handler.Admit(connection, out _) == expected);
            }

            TimeSpan cost = Stopwatch.GetElapsedTime(began) / Rounds;
            best = cost < best ? cost : best;
        }

        return best;
    }
}
