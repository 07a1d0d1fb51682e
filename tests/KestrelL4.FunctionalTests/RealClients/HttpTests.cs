using System.Net;
using System.Security.Cryptography;

namespace KestrelL4.FunctionalTests.RealClients;

/// <summary>curl reaches a real HTTP server with its certificate and sees the server's own answers.</summary>
public sealed class HttpTests
{
    [RequiresToolFact("nginx", "curl")]
    public async Task Curl_BeforeNginx_ReceivesTheFile()
    {
        using TemporaryDirectory directory = new();
        byte[] file = RandomNumberGenerator.GetBytes(4 * 1024 * 1024);
        Directory.CreateDirectory(directory["www"]);
        await File.WriteAllBytesAsync(directory["www/file"], file);
        OpenToAll(directory);
        IPEndPoint port = FreePort.Take();
        await using ServerProgram nginx = await Nginx.ServeHttpAsync(directory, port, $"listen {port}; root {directory["www"]};");
        await using RealServerNode node = await RealServerNode.StartAsync(nginx.EndPoint);
        string received = node.Files["received"];

        ToolResult result = await Tool.RunAsync(
            "curl",
            [
                "--silent", "--show-error", "--noproxy", "*", "--cert", node.Certificate, "--key", node.Key, "--cacert", node.Authority,
                "--output", received, $"https://{node.Address}/file", "--output", "/dev/null", $"https://{node.Address}/missing",
                "--write-out", "%{http_code} %{num_connects}\n",
            ]);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(["200 1", "404 0"], result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(file, await File.ReadAllBytesAsync(received));
        await node.AllCompletedAsync();
    }

    /// <summary>Started by root, nginx works as another user.</summary>
    private static void OpenToAll(TemporaryDirectory directory) => File.SetUnixFileMode(
        directory.Path,
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
}
