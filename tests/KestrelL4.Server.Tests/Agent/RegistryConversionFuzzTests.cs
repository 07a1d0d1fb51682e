using System.Text;
using System.Text.Json;
using KestrelL4.Protocol.Snapshots;
using KestrelL4.Server.Agent;
using KestrelL4.Server.Agent.Following;
using KestrelL4.Testing.Fuzzing;

namespace KestrelL4.Server.Tests.Agent;

/// <summary>What holds for every snapshot that an authority, be it of another version or out of order, signs: it comes into force, and what makes no sense grants nothing.</summary>
public sealed class RegistryConversionFuzzTests : IDisposable
{
    private const int Rounds = 4_000;

    private static readonly string[] Serials = ["authority:1", "authority:02", "main:FF", "main:", ":1", "", "authority:x", "Main:00ff", "*", "a:0x5f:3a", new('9', 300)];
    private static readonly string[] Applications = ["echo", "ECHO", "postgres", "*", "", "a\nb", "Postgres"];

    private readonly AgentScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void Convert_AnySnapshot_GrantsOnlyWhatMakesSense() => Fuzz.Run(Rounds, random =>
    {
        Snapshot snapshot = Any(random);

        HeldRegistry held = RegistryConversion.Convert(snapshot, _scene.Pki.Root, HoldingSource.Authority, out IReadOnlyList<string> oddities);

        Assert.DoesNotContain(oddities, string.IsNullOrEmpty);
        foreach ((string name, RegisteredClient registered) in snapshot.Clients)
        {
            if (held.Snapshot.Find(name) is not { } client || client.Name != name)
            {
                continue;
            }

            bool isPossible = registered.RateLimit?.Problem() is null && (registered.RateLimits ?? new Dictionary<string, RegisteredLimit>()).Values.All(static limit => limit.Problem() is null);
            Assert.True(client.Disabled || isPossible, $"{name} has a limit that is not possible and is not disabled");
            Assert.True(client.Disabled == registered.Disabled || (client.Disabled && oddities.Any(oddity => oddity.Contains(name, StringComparison.Ordinal))), $"{name} is disabled and nobody is told");
            Assert.Equal(registered.Applications.Contains("*"), client.GrantForAll is not null);
            Assert.All(client.Grants.Keys, granted => Assert.True(
                registered.Applications.Contains("*") || registered.Applications.Contains(granted, StringComparer.OrdinalIgnoreCase), $"{name} was not granted '{granted}'"));
        }
    });

    [Fact]
    public void Convert_WhateverIsRead_DoesNotThrow()
    {
        byte[] valid = JsonSerializer.SerializeToUtf8Bytes(Any(new Random(1)), SnapshotJson.Default.Snapshot);
        byte[][] words = [.. new[] { "null", "[]", "\"*\"", "\"main:1\"", "-1", "\"00:00:00\"", "\"Disabled\":true," }.Select(Encoding.UTF8.GetBytes)];
        Fuzz.Run(Rounds, new Mutations([valid], words).Next, bytes =>
        {
            if (SnapshotReader.Read(bytes) is { } snapshot)
            {
                RegistryConversion.Convert(snapshot, _scene.Pki.Root, HoldingSource.Authority, out _);
            }
        });
    }

    private static Snapshot Any(Random random) => new()
    {
        AuthorityId = "a",
        Epoch = random.Next(3),
        Revision = random.Next(3),
        Fingerprint = "00ff",
        IssuedAt = DateTimeOffset.UnixEpoch,
        ClientIssuers = [.. new[] { "", "AAAA", "no base64", "=" }.Where(_ => random.Next(4) == 0)],
        RevokedCertificates = Some(random, Serials),
        Clients = Some(random, ["alice", "Alice", "bob", "", "*"]).Distinct().ToDictionary(static name => name, _ => AnyClient(random)),
    };

    private static RegisteredClient AnyClient(Random random) => new()
    {
        SerialNumbers = Some(random, Serials),
        Applications = Some(random, Applications),
        RateLimit = random.Next(2) == 0 ? null : AnyLimit(random),
        RateLimits = random.Next(2) == 0 ? null : Some(random, Applications).Distinct().ToDictionary(static name => name, _ => AnyLimit(random)),
        Disabled = random.Next(5) == 0,
    };

    private static RegisteredLimit AnyLimit(Random random) => new()
    {
        MaxConcurrentConnections = AnyNumber(random),
        ConnectionsPerWindow = AnyNumber(random),
        Window = AnySpan(random),
        BytesPerSecond = AnyNumber(random),
        WaitUpTo = AnySpan(random),
    };

    // Possible more often than not, or every client would be disabled.
    private static int? AnyNumber(Random random) => random.Next(20) switch
    {
        0 => 0,
        1 => -1,
        2 => int.MaxValue,
        3 => int.MinValue,
        < 8 => random.Next(1, 9),
        _ => null,
    };

    private static TimeSpan? AnySpan(Random random) => random.Next(20) switch
    {
        0 => TimeSpan.Zero,
        1 => TimeSpan.MinValue,
        2 => TimeSpan.MaxValue,
        < 8 => TimeSpan.FromMilliseconds(random.Next(1, 5_000)),
        _ => null,
    };

    private static T[] Some<T>(Random random, T[] of) => [.. Enumerable.Range(0, random.Next(4)).Select(_ => of[random.Next(of.Length)])];
}
