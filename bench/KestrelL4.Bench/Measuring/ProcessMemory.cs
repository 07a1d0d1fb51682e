using System.Globalization;

namespace KestrelL4.Bench.Measuring;

/// <summary>The resident memory of a process.</summary>
internal sealed class ProcessMemory(int processId)
{
    private const int SteadyReadings = 4;
    private const double SteadyWithin = 0.005;
    private static readonly TimeSpan BetweenReadings = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <summary>The resident memory in KiB, now.</summary>
    public long ReadResident()
    {
        string line = File.ReadLines($"/proc/{processId}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    /// <summary>The resident memory in KiB once it has stood still for a second, or after eight seconds as it then is.</summary>
    public async Task<long> ReadSteadyResidentAsync(TimeProvider time, CancellationToken stopping)
    {
        long started = time.GetTimestamp();
        long steady = ReadResident();
        for (int readings = 0; readings < SteadyReadings && time.GetElapsedTime(started) < Patience;)
        {
            await Task.Delay(BetweenReadings, time, stopping);
            long current = ReadResident();
            bool stands = Math.Abs(current - steady) <= steady * SteadyWithin;
            readings = stands ? readings + 1 : 0;
            steady = stands ? steady : current;
        }

        return ReadResident();
    }
}
