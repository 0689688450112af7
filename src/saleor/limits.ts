/** Most customers Saleor answers in one page or takes in one `ids` filter (core 3.21 to 3.23, saleor/graphql/core/connection.py). */
export const CUSTOMERS_PER_READ = 100;
