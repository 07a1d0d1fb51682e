using System.Globalization;

namespace KestrelL4.Bench.Proxies;

/// <summary>What OpenSSL and the kernel alone cost: the relay of <c>bench/floor</c>, which does nothing else.</summary>
/// <param name="FloorExecutable">Where it was built.</param>
internal sealed record FloorKind(string FloorExecutable) : ProxyKind("floor", "floor")
{
    public override string Executable => FloorExecutable;

    public override string Remedy => "apt-get install gcc libc6-dev libssl-dev, and start it by bench/run, which builds it";

    public override Task<ProxyCommand> ConfigureAsync(ProxySetting setting, string directory, int port) => Task.FromResult(new ProxyCommand(
    [
        Text(port), Text(setting.FirstUpstream), Text(setting.SecondUpstream),
        setting.Certificates.Server, setting.Certificates.ServerKey, setting.Certificates.Authority,
    ]));

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
