import { RunsPage } from "@/dashboard/ui/runs/runs-page";

export default RunsPage;
