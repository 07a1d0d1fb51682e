using KestrelL4.Server.Configuration;
using KestrelL4.Server.Probing;
using KestrelL4.Server.YarpBinding;
using Yarp.ReverseProxy.Model;

namespace KestrelL4.Server.Tests.YarpBinding;

public sealed class RiseAndFallTests
{
    private static readonly ActiveCheckConfiguration Check = new() { Probe = ProbeKind.Tcp, Rise = 2, Fall = 3 };

    // s = success, f = failure, u = unknown; u stands for up, D for down after each.
    [Theory]
    [InlineData("s", "u")]
    [InlineData("ff", "uu")]
    [InlineData("fff", "uuD")]
    [InlineData("ffsff", "uuuuu")]
    [InlineData("ffsfff", "uuuuuD")]
    [InlineData("fffs", "uuDD")]
    [InlineData("fffss", "uuDDu")]
    [InlineData("fffsfss", "uuDDDDu")]
    [InlineData("ffffffss", "uuDDDDDu")]
    [InlineData("fffssff", "uuDDuuu")]
    [InlineData("fffssfff", "uuDDuuuD")]
    [InlineData("ffuf", "uuuD")]
    [InlineData("fffsus", "uuDDDu")]
    public void Next_Probes_TakeAsManyInARowAsAreAskedFor(string probes, string expected)
    {
        RiseAndFall counter = new();
        DestinationHealth now = DestinationHealth.Unknown;

        string seen = string.Concat(probes.Select(probe =>
        {
            now = counter.Next(now, Outcome(probe), Check);
            return now == DestinationHealth.Unhealthy ? 'D' : 'u';
        }));

        Assert.Equal(expected, seen);
    }

    [Fact]
    public void Reset_AfterFailures_CountsFromTheBeginning()
    {
        RiseAndFall counter = new();
        counter.Next(DestinationHealth.Healthy, ProbeOutcome.Failed, Check);
        counter.Next(DestinationHealth.Healthy, ProbeOutcome.Failed, Check);

        counter.Reset();

        Assert.Equal(DestinationHealth.Healthy, counter.Next(DestinationHealth.Healthy, ProbeOutcome.Failed, Check));
    }

    private static ProbeOutcome Outcome(char probe) => probe switch
    {
        's' => ProbeOutcome.Succeeded,
        'f' => ProbeOutcome.Failed,
        _ => ProbeOutcome.Unknown,
    };
}
