using System.Net;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Testing;

namespace KestrelL4.Server.Tests.Agent.Contact;

/// <summary>What the OpenSSH client is asked for.</summary>
public sealed class SshCommandTests
{
    [Fact]
    public void Arguments_UserAndPort_AskForAStreamAndNothingElse()
    {
        IReadOnlyList<string> arguments = SshCommand.Arguments(WayBy("ssh://edge@bastion.test:2222"), new DnsEndPoint("authority.test", 7443));

        Assert.Equal(["-W", "authority.test:7443"], arguments.Take(2));
        Assert.Equal(["-p", "2222", "--", "edge@bastion.test"], arguments.TakeLast(4));
        Assert.Contains("BatchMode=yes", arguments);
        Assert.Contains("StrictHostKeyChecking=yes", arguments);
        Assert.Contains("ControlMaster=no", arguments);
    }

    [Fact]
    public void Arguments_WithSettingsAndAddresses_NameThemAsOpenSshDoes()
    {
        IReadOnlyList<string> arguments = SshCommand.Arguments(
            WayBy("ssh://[::1]") with { SshConfig = "/etc/kestrell4/ssh_config" }, new DnsEndPoint("::1", 7443));

        Assert.Equal(["-F", "/etc/kestrell4/ssh_config", "-W", "[::1]:7443"], arguments.Take(4));
        Assert.Equal(["--", "::1"], arguments.TakeLast(2));
        Assert.DoesNotContain("-p", arguments);
    }

    // What is found in the working directory, where others may write, is no part of the search path, nor is an empty entry of it.
    [Fact]
    public void Find_SearchPath_GivesTheFirstProgramOfAnAbsoluteDirectory()
    {
        using TemporaryDirectory directory = new();
        string mere = Directory.CreateDirectory(directory["mere"]).FullName;
        string held = Directory.CreateDirectory(directory["held"]).FullName;
        string folder = Directory.CreateDirectory(directory["folder"]).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "ssh"));
        File.WriteAllText(Path.Combine(mere, "ssh"), "");
        File.SetUnixFileMode(Path.Combine(mere, "ssh"), UnixFileMode.UserRead);
        File.WriteAllText(Path.Combine(held, "ssh"), "");
        File.SetUnixFileMode(Path.Combine(held, "ssh"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, held);

        Assert.Equal(Path.Combine(held, "ssh"), SshProgram.Find($"{relative}::.:/nowhere:{folder}:{mere}:{held}"));
        Assert.Null(SshProgram.Find($"{relative}::."));
        Assert.Null(SshProgram.Find(null));
    }

    private static Way WayBy(string via) => new(new Uri("https://authority.test:7443"), new Uri(via));
}
