using System.Net;
using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.Agent;

/// <summary>What a node kept is believed only as it was kept: whoever changes it gains nothing, and the authority heals it.</summary>
public sealed class CacheTests(CacheFixture fixture) : IClassFixture<CacheFixture>
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task Caches_Written_AreForTheOwnerAlone()
    {
        await using CachedNode cached = await fixture.CopyAsync();

        Assert.All(
            Directory.EnumerateFiles(cached["."]), static file => Assert.Equal(OwnerOnly, File.GetUnixFileMode(file)));
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(cached["."]));
        Assert.All(
            Directory.EnumerateFiles(cached["."]),
            file => Assert.DoesNotContain(fixture.Token, File.ReadAllText(file), StringComparison.Ordinal));
    }

    public static TheoryData<string, string> Spoilt => new()
    {
        { "registry.snapshot", "changed" },
        { "registry.snapshot", "cut off" },
        { "registry.snapshot", "older" },
        { "registry.snapshot", "readable by all" },
        { "registry.snapshot", "another user's" },
        { "identity.pem", "cut off" },
        { "identity.pem", "readable by all" },
        { "root.crt", "another root" },
    };

    [Theory]
    [MemberData(nameof(Spoilt))]
    public async Task Cache_Spoilt_IsNotBelievedAndHealed(string file, string how)
    {
        await using CachedNode cached = await fixture.CopyAsync();
        await SpoilAsync(cached[file], how);

        await using TestNode node = await cached.StartAsync();

        Assert.Contains(node.Process.Lines, line => line.Contains("Not using what was kept", StringComparison.Ordinal) && line.Contains(file, StringComparison.Ordinal));
        await Assert.ThrowsAnyAsync<Exception>(() => node.HoldAsync(fixture.Scene.Alice));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await node.ReadyAsync()).Code);
        cached.WriteToken(await fixture.Scene.Authority.Administrator.TokenAsync("edge-1"));
        cached.Link.Mend();
        await using TlsClient client = await node.HoldEventuallyAsync(fixture.Scene.Alice);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(cached[file]));
    }

    [Fact]
    public async Task Clock_SetForwardByTwoDays_MakesTheRegistryStale()
    {
        await using CachedNode cached = await fixture.CopyAsync();
        MoveRecord(cached, TimeSpan.FromDays(-2));

        await using TestNode node = await cached.StartAsync();

        await node.UntilAsync("registry", "unhealthy");
        Assert.InRange((double)(await node.StatusAsync())["registry"]!["ageSeconds"]!, TimeSpan.FromHours(47).TotalSeconds, TimeSpan.FromHours(49).TotalSeconds);
        await node.RefusesAsync(fixture.Scene.Alice);
    }

    [Fact]
    public async Task Clock_SetBackByADay_MakesTheRegistryNoYounger()
    {
        await using CachedNode cached = await fixture.CopyAsync();
        double before = MoveRecord(cached, TimeSpan.FromDays(1), TimeSpan.FromHours(5));

        await using TestNode node = await cached.StartAsync(HttpStatusCode.OK);

        Assert.InRange((double)(await node.StatusAsync())["registry"]!["ageSeconds"]!, before, before + 60);
        await using TlsClient client = await node.HoldAsync(fixture.Scene.Alice);
    }

    private async Task SpoilAsync(string path, string how)
    {
        byte[] content = await File.ReadAllBytesAsync(path);
        switch (how)
        {
            case "changed":
                content[content.Length / 2] ^= 1;
                await File.WriteAllBytesAsync(path, content);
                break;
            case "cut off":
                await File.WriteAllBytesAsync(path, content[..(content.Length / 2)]);
                break;
            case "older":
                await File.WriteAllBytesAsync(path, fixture.OlderRegistry);
                break;
            case "another root":
                using (TemporaryDirectory elsewhere = new())
                {
                    await File.WriteAllTextAsync(path, await File.ReadAllTextAsync(TestAuthority.CreateRoot("another").WriteTo(elsewhere.Path, "ca.crt")));
                }

                break;
            case "readable by all":
                File.SetUnixFileMode(path, OwnerOnly | UnixFileMode.OtherRead);
                break;
            default:
                Assert.Equal(0, (await Tool.RunAsync("chown", ["65534", path])).ExitCode);
                break;
        }
    }

    // Moving what is written down is moving the clock the other way.
    private static double MoveRecord(CachedNode cached, TimeSpan by, TimeSpan? age = null)
    {
        JsonNode record = JsonNode.Parse(File.ReadAllText(cached["record.json"]))!;
        JsonNode kept = record["age"]!;
        kept["at"] = (DateTimeOffset)kept["at"]! + by;
        kept["age"] = (age ?? TimeSpan.Parse((string)kept["age"]!, System.Globalization.CultureInfo.InvariantCulture)).ToString("c");
        File.WriteAllText(cached["record.json"], record.ToJsonString());
        return (age ?? TimeSpan.Zero).TotalSeconds;
    }
}
