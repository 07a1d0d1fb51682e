using KestrelL4.Bench.Certificates;
using KestrelL4.Bench.Proxies;
using KestrelL4.Bench.Reporting;
using KestrelL4.Bench.Upstreams;
using KestrelL4.Bench.Workloads;

namespace KestrelL4.Bench.Running;

/// <summary>The benchmark from the command line to the printed report.</summary>
internal static class BenchmarkRole
{
    /// <summary>Runs it; returns 0 when every figure was taken.</summary>
    public static async Task<int> RunAsync(string[] arguments, CancellationToken stopping)
    {
        BenchmarkOptions options = BenchmarkOptions.Parse(arguments);
        IReadOnlyList<ProxyKind> kinds = FindProxies(options);
        TimeProvider time = TimeProvider.System;
        DateTimeOffset date = time.GetUtcNow();
        DirectoryInfo directory = Directory.CreateTempSubdirectory("kestrell4-bench-");
        try
        {
            using var certificates = BenchCertificates.Create(time);
            CertificateFiles files = await CertificateFiles.WriteAsync(certificates, directory.FullName);
            await using UpstreamProcess upstreams = await UpstreamProcess.StartAsync(stopping);
            var setting = new ProxySetting(files, upstreams.FirstPort, upstreams.SecondPort);
            var launcher = new ProxyLauncher(setting, new TlsClient(certificates), directory.FullName, time);
            var benchmark = new Benchmark(options, kinds, launcher, upstreams.Id, time);
            SampleBook samples = await benchmark.RunAsync(stopping);
            var table = new ReportTable(kinds, samples);
            Console.WriteLine(TextReport.Write(table));
            Console.WriteLine(await MarkdownReport.WriteAsync(table, samples, options.Command, date));
            return 0;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static List<ProxyKind> FindProxies(BenchmarkOptions options)
    {
        ProxyKind[] compared =
            [HaproxyKind.Default, HaproxyKind.Tuned, new NginxKind(), new FloorKind(options.FloorExecutable), NodeKind.Plain(options.NodeExecutable)];
        List<ProxyKind> chosen = options.Proxies.Count == 0
            ? [.. compared]
            : [.. compared.Concat(NodeKind.Scaled(options.NodeExecutable)).Where(kind => options.Proxies.Contains(kind.Key))];
        chosen.AddRange(options.Others.Select(other => NodeKind.Other(other.Name, other.Executable)));
        foreach (ProxyKind kind in chosen)
        {
            if (!File.Exists(kind.Executable))
            {
                throw new BenchmarkFailedException(
                    BenchmarkFailedException.Missing, $"{kind.Title} needs {kind.Executable}, which is not there: {kind.Remedy}");
            }
        }

        return chosen;
    }
}
