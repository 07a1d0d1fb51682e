using System.Text;
using KestrelL4.FunctionalTests.Agent;

namespace KestrelL4.FunctionalTests.Security;

/// <summary>No key, token or payload is ever logged, however much is logged; and no key of a session is written where the environment says.</summary>
public sealed class SecrecyTests
{
    private const string Payload = "payload-5e1f7c0d-that-nobody-may-print";

    [Fact]
    public async Task Output_EverythingIsLogged_HoldsNoKeyTokenOrPayload()
    {
        await using AuthorityScene scene = await AuthorityScene.StartAsync();
        NodeSetup setup = await scene.PrepareAsync("edge-1");
        string token = (await File.ReadAllTextAsync(setup.Directory["token"])).Trim();
        string sessionKeys = setup.Directory["session-keys"];
        NodeLaunch launch = new()
        {
            Settings = ["Logging:LogLevel:Default=Trace", "Logging:LogLevel:Microsoft=Trace", "Logging:LogLevel:Microsoft.AspNetCore=Trace"],
            Environment = new Dictionary<string, string> { ["SSLKEYLOGFILE"] = sessionKeys },
        };
        await using TestNode node = await setup.StartAsync(launch);
        byte[] payload = Encoding.ASCII.GetBytes(Payload);
        await using (TlsClient client = await node.HoldAsync(scene.Alice))
        {
            Assert.Equal(payload, await client.EchoAsync(payload));
        }

        await node.RefusesAsync(scene.NewCertificate("stranger"));
        node.Process.HangUp();
        await Eventually.UntilAsync(() => node.Process.Lines.Any(static line => line.Contains("dbug", StringComparison.Ordinal) || line.Contains("trce", StringComparison.Ordinal)), "it logs everything");
        node.Process.Terminate();
        await node.Process.WaitForExitAsync();

        string output = node.Process.Output + scene.Authority.Process.Output;
        Assert.Contains("client=alice", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Payload, output, StringComparison.Ordinal);
        Assert.DoesNotContain(token, output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("PRIVATE KEY", output, StringComparison.OrdinalIgnoreCase);
        foreach (string line in Directory.GetFiles(setup.Directory["state"], "*", SearchOption.AllDirectories).SelectMany(PrivateLines))
        {
            Assert.DoesNotContain(line, output, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(sessionKeys), "the keys of sessions were written");
    }

    // Each line of a private key in a file.
    private static IEnumerable<string> PrivateLines(string file)
    {
        bool isPrivate = false;
        foreach (string line in File.ReadLines(file))
        {
            isPrivate = line.StartsWith("-----", StringComparison.Ordinal) ? line.Contains("PRIVATE KEY", StringComparison.Ordinal) && line.Contains("BEGIN", StringComparison.Ordinal) : isPrivate;
            if (isPrivate && line.Length > 20 && line[0] != '-')
            {
                yield return line;
            }
        }
    }
}
