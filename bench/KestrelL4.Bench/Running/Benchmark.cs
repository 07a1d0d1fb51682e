using KestrelL4.Bench.Measuring;
using KestrelL4.Bench.Proxies;
using KestrelL4.Bench.Reporting;
using KestrelL4.Bench.Workloads;

namespace KestrelL4.Bench.Running;

/// <summary>The rounds: in each, every workload visits every proxy in turn, so that a drift of the machine meets them alike.</summary>
internal sealed class Benchmark(
    BenchmarkOptions options, IReadOnlyList<ProxyKind> kinds, ProxyLauncher launcher, int upstreamsId, TimeProvider time)
{
    private const int ClientWarmUpStarts = 3;
    private const int MaxRetakes = 1;
    private const int MaxRepeats = 2;
    private const double TolerableSpread = 0.15;
    private const double TolerableOthers = 0.10;
    private int _retakes;
    private readonly QuietMachine _machine = new(time);
    private readonly SampleBook _samples = new();
    private readonly ProcessCpuClock[] _own = [ProcessCpuClock.Of(Environment.ProcessId), ProcessCpuClock.Of(upstreamsId)];

    /// <summary>Runs all rounds, then repeats what the machine disturbed, a bounded number of times.</summary>
    public async Task<SampleBook> RunAsync(CancellationToken stopping)
    {
        IReadOnlyList<Workload> workloads = [.. options.Sizes.Workloads.Where(workload => IsChosen(workload.Key))];
        await WarmUpClientAsync(stopping);
        for (int round = 1; round <= options.Rounds; round++)
        {
            Progress($"round {round} of {options.Rounds}");
            await RunRoundAsync(workloads, stopping);
            if (IsChosen(Measures.Idle))
            {
                await MeasureIdleAsync(stopping);
            }
        }

        await RepeatDisturbedAsync(workloads, stopping);
        if (_retakes > 0)
        {
            _samples.Remark($"{_retakes} runs were taken again, because other processes took more than {TolerableOthers:P0} of the machine");
        }

        return _samples;
    }

    // The first start would otherwise be charged with the compilation of this program's own client.
    private async Task WarmUpClientAsync(CancellationToken stopping)
    {
        for (int start = 0; start < ClientWarmUpStarts; start++)
        {
            LaunchedProxy launched = await launcher.LaunchAsync(kinds[0], stopping);
            await launched.Proxy.DisposeAsync();
        }
    }

    private async Task RunRoundAsync(IReadOnlyList<Workload> workloads, CancellationToken stopping)
    {
        if (workloads.Count == 0)
        {
            return;
        }

        await using ProxyFleet fleet = await ProxyFleet.StartAsync(kinds, launcher, _samples, time, stopping);
        foreach (RunningProxy proxy in fleet.Proxies)
        {
            // All workloads whatever was chosen, or a figure would depend on what else is measured.
            await WarmUp.RunAsync(options.Sizes.Workloads, options.Sizes.WarmUp, Target(proxy), stopping);
        }

        foreach (Workload workload in workloads)
        {
            foreach (RunningProxy proxy in fleet.Proxies)
            {
                Note(workload, proxy.Kind, await RunUndisturbedAsync(workload, proxy, stopping));
            }
        }
    }

    // Taken again for what others did, never for what the figure is: that leaves the figures honest.
    private async Task<WorkloadRun> RunUndisturbedAsync(Workload workload, RunningProxy proxy, CancellationToken stopping)
    {
        for (int attempt = 1; ; attempt++)
        {
            await _machine.AwaitAsync(stopping);
            WorkloadRun run = await WorkloadRunner.RunAsync(workload, Target(proxy), time, stopping);
            if (run.Usage.OthersShare <= TolerableOthers || attempt > MaxRetakes)
            {
                return run;
            }

            Progress($"  {workload.Key,-5} {proxy.Kind.Key,-8} taken again: other processes {run.Usage.OthersShare:P0}");
            _retakes++;
        }
    }

    private async Task MeasureIdleAsync(CancellationToken stopping)
    {
        await using ProxyFleet fleet = await ProxyFleet.StartAsync(kinds, launcher, _samples, time, stopping);
        foreach (RunningProxy proxy in fleet.Proxies)
        {
            double kibibytes = await IdleMemory.MeasureAsync(Target(proxy), options.IdleConnections ?? options.Sizes.IdleConnections, stopping);
            Progress($"  idle  {proxy.Kind.Key,-8} {kibibytes:F1} KiB a connection");
            _samples.Add(Measures.Idle, proxy.Kind.Key, kibibytes);
        }
    }

    private async Task RepeatDisturbedAsync(IReadOnlyList<Workload> workloads, CancellationToken stopping)
    {
        for (int repeat = 1; repeat <= MaxRepeats; repeat++)
        {
            Workload[] disturbed = [.. workloads.Where(workload => Spread(workload) > TolerableSpread)];
            if (disturbed.Length == 0)
            {
                return;
            }

            string names = string.Join(", ", disturbed.Select(workload => workload.Key));
            Progress($"repeating {names}");
            _samples.Remark(
                $"{names}: rounds lay more than {TolerableSpread:P0} apart, so round {options.Rounds + repeat} was added to the median");
            await RunRoundAsync(disturbed, stopping);
        }
    }

    private void Note(Workload workload, ProxyKind kind, WorkloadRun run)
    {
        double cost = run.Usage.ProxyCpu.TotalSeconds / workload.Units;
        Progress($"  {workload.Key,-5} {kind.Key,-8} {cost:F3} CPU s per {workload.Unit}; {run.Usage.Elapsed.TotalSeconds:F1} s, "
            + $"other processes {run.Usage.OthersShare:P0}");
        _samples.Add(workload.Key, kind.Key, cost);
        _samples.Add(Measures.Others, kind.Key, run.Usage.OthersShare);
        if (run.Latencies.Count > 0)
        {
            double[] microseconds = [.. run.Latencies.Select(latency => latency.TotalMicroseconds)];
            _samples.Add(Measures.Median(workload.Key), kind.Key, Statistics.Percentile(microseconds, 0.5));
            _samples.Add(Measures.Tail(workload.Key), kind.Key, Statistics.Percentile(microseconds, 0.99));
        }
    }

    private double Spread(Workload workload) => kinds.Max(kind => Statistics.Spread(_samples.Values(workload.Key, kind.Key)));

    private bool IsChosen(string workload) => options.Only.Count == 0 || options.Only.Contains(workload);

    private LoadTarget Target(RunningProxy proxy) =>
        new(launcher.Client, proxy, new ProxyMeter(time, proxy.CpuClock, _own), time);

    private static void Progress(string text) => Console.Error.WriteLine(text);
}
