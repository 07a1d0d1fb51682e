using System.Globalization;
using System.Net;

namespace KestrelL4.FunctionalTests.Authority;

/// <summary>An OpenSSH client that gets nowhere and heeds nothing, as one whose server has stopped does.</summary>
public sealed class SshStallTests
{
    [Fact]
    public async Task Stop_WhileSshGetsNowhere_TakesItAlong()
    {
        NodeSetup setup = new NodeSetup().Application("echo", FreePort.Take())
            .Follow("https://127.0.0.1:1", new string('0', 64), new string('0', 64))
            .Set("Authority:Via", "ssh://127.0.0.1:1").Set("Authority:Pathway", "Via").Set("Authority:OnUnavailable", "KeepRunning");
        string told = setup.Directory["ssh.pid"];
        setup.Directory.Write("ssh", $"#!/bin/sh\necho $$ > '{told}.new' && mv '{told}.new' '{told}'\nexec sleep 60\n");
        File.SetUnixFileMode(setup.Directory["ssh"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using TestNode node = await setup.StartAsync(new NodeLaunch
        {
            Readiness = HttpStatusCode.ServiceUnavailable,
            Environment = new Dictionary<string, string> { ["PATH"] = $"{setup.Directory.Path}:{Environment.GetEnvironmentVariable("PATH")}" },
        });
        await Eventually.UntilAsync(() => Task.FromResult(File.Exists(told)), () => $"ssh is started. The node printed:\n{node.Process.Output}");

        node.Process.Terminate();

        Assert.Equal(0, await node.Process.WaitForExitAsync(TimeSpan.FromSeconds(15)));
        int ssh = int.Parse(await File.ReadAllTextAsync(told), CultureInfo.InvariantCulture);
        await Eventually.UntilAsync(() => !IsRunning(ssh), "ssh has ended with the node");
    }

    // One that has ended and that nobody has taken notice of is a number, and has no command any more.
    private static bool IsRunning(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Length > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
