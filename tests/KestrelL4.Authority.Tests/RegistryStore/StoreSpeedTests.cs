using System.Diagnostics;
using System.Globalization;
using KestrelL4.Authority.Administration;
using KestrelL4.Authority.RegistryStore;
using Xunit.Abstractions;

namespace KestrelL4.Authority.Tests.RegistryStore;

/// <summary>What one change costs among many clients: the whole file is written.</summary>
/// <remarks>With <c>KESTRELL4_MEASURE=1</c> it takes 100,000 clients and prints the figures of docs/measurements.md.</remarks>
public sealed class StoreSpeedTests(ITestOutputHelper output) : IDisposable
{
    private static readonly bool IsMeasuring = Environment.GetEnvironmentVariable("KESTRELL4_MEASURE") == "1";

    private readonly AuthorityFixture _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Add_AmongManyClients_IsKept()
    {
        int clients = IsMeasuring ? 100_000 : 500;
        await _authority.Store.ChangeRegistryAsync<DoneReport>("test", state => new Changed<RegistryState, DoneReport>(
            state with { Clients = ManyClients.Of(clients) }, "many clients", new DoneReport("")));
        ClientAdministration administration = new(_authority.Store, new CertificateNames(_authority.Store), _authority.Time);
        for (int round = 0; round < (IsMeasuring ? 10 : 2); round++)
        {
            TimeSpan used = Environment.CpuUsage.TotalTime;
            long started = Stopwatch.GetTimestamp();
            Answer<DoneReport> added = await administration.AddAsync("test", new ClientOrder($"another-{round}", [$"authority:{round + 1:X}"], ["postgres"]));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"one more among {clients} clients: {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms ({(Environment.CpuUsage.TotalTime - used).TotalMilliseconds:0} ms of processor)"));
            Assert.True(added.IsDone, added.Refusal?.Text);
        }

        _authority.Reopen();
        Assert.Equal(clients + (IsMeasuring ? 10 : 2), _authority.Store.Registry.State.Clients.Count);
    }
}
