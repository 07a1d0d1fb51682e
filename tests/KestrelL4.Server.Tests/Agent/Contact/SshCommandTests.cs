using System.Net;
using KestrelL4.Server.Agent.Contact;

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

    private static Way WayBy(string via) => new(new Uri("https://authority.test:7443"), new Uri(via));
}
